// A dealer's registrations with pgx. PGHOST and the like say where.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgconn"
	"github.com/jackc/pgtype"
	"github.com/jackc/pgx/v4"
	"github.com/jackc/pgx/v4/pgxpool"
)

// What a person is told. Any other error is a fault of ours, or of the network.
var refused = map[string]string{
	"22P02": "no mark",
	"23505": "taken",
	"23514": "not on that day",
	"RH001": "held",
}

const tries, seconds = 3, 10

var (
	ctx     = context.Background()
	pool    *pgxpool.Pool
	notices []*pgconn.Notice
	input   = bufio.NewReader(os.Stdin)
)

// say prints a step of the story, which goes on when a line comes back.
func say(format string, values ...any) {
	fmt.Printf(format+"\n", values...)
	input.ReadString('\n')
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// insert registers a mark; it gives the id in regcar.queue where that was set aside.
func insert(tx pgx.Tx, mark, day, maker string) (queued int64, err error) {
	notices = nil
	// pgx makes a prepared statement of each text and keeps it.
	tag, err := tx.Exec(ctx, "INSERT INTO registration (mark, registered, make) VALUES ($1, $2, $3)", mark, day, maker)
	if err != nil || tag.RowsAffected() == 1 {
		return 0, err
	}
	// No error and no row: a NOTICE says where it is.
	for _, notice := range notices {
		if notice.Code == "RH002" {
			say("%s: RH002, %s", mark, notice.Message)
			_, err = fmt.Sscanf(notice.Detail, "Queue id %d", &queued)
		}
	}
	return queued, err
}

// register is one transaction, repeated for 40001 only: RH001 stands until the hold ends.
func register(mark, day, maker string) (queued int64, err error) {
	for attempt := 1; attempt <= tries; attempt++ {
		// Commits at its end, where a hold may refuse it too.
		err = pool.BeginFunc(ctx, func(tx pgx.Tx) (err error) {
			queued, err = insert(tx, mark, day, maker)
			if err == nil && queued == 0 {
				say("%s: inserted, attempt %d", mark, attempt)
			}
			return err
		})
		var refusal *pgconn.PgError
		if !errors.As(err, &refusal) || refusal.Code != "40001" {
			break
		}
		say("%s: %s, again: %s", mark, refusal.Code, refusal.Message)
	}
	if err == nil && queued == 0 {
		say("%s: registered", mark)
	}
	return queued, err
}

// attempt registers a mark, or tells a person why not.
func attempt(mark, day, maker string) int64 {
	queued, err := register(mark, day, maker)
	var refusal *pgconn.PgError
	if errors.As(err, &refusal) && refused[refusal.Code] != "" {
		say("%s: %s, %s: %s", mark, refusal.Code, refused[refusal.Code], refusal.Message)
		say("    %s", refusal.Detail)
		return 0
	}
	must(err)
	return queued
}

// holdFor says what would stop a registration just now; nothing does where it gives "".
func holdFor(mark string) (hold string) {
	err := pool.QueryRow(ctx, `SELECT format('hold %s, %s, %s', hold, action, reason)
		FROM regcar.hold_for('registration', $1)`, map[string]string{"mark": mark, "make": "Jaguar"}).Scan(&hold)
	if !errors.Is(err, pgx.ErrNoRows) {
		must(err)
	}
	return hold
}

// waitForEnd waits for the end of the hold, on a connection that no pool takes back.
func waitForEnd(mark string) {
	conn, err := pgx.Connect(ctx, "")
	must(err)
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, "LISTEN regcar")
	must(err)
	// Asked after LISTEN, so that no event is missed, and again without one: a connection that was lost has lost its events.
	deadline := time.Now().Add(seconds * time.Second)
	held := holdFor(mark)
	say("listening")
	for held != "" && time.Now().Before(deadline) {
		wait, cancel := context.WithTimeout(ctx, time.Second)
		if heard, err := conn.WaitForNotification(wait); err == nil {
			say("heard: %s", heard.Payload)
		}
		cancel()
		held = holdFor(mark)
	}
}

// A plateRange reads a platerange; pgtype has types for a plate and for an array of them already.
type plateRange struct{ lower, upper string }

func (r *plateRange) DecodeText(_ *pgtype.ConnInfo, src []byte) error {
	parsed, err := pgtype.ParseUntypedTextRange(string(src))
	if err == nil {
		r.lower, r.upper = parsed.Lower, parsed.Upper
	}
	return err
}

func (r *plateRange) DecodeBinary(_ *pgtype.ConnInfo, src []byte) error {
	parsed, err := pgtype.ParseUntypedBinaryRange(src)
	if err == nil {
		r.lower, r.upper = string(parsed.Lower), string(parsed.Upper)
	}
	return err
}

// readTypes reads marks in one format.
func readTypes(name string, format int16, mark string) {
	var plate pgtype.Text
	var plates pgtype.TextArray
	var block plateRange
	must(pool.QueryRow(ctx, `SELECT m, ARRAY[m, plate_next(m)], plate_block('AB', '75') FROM CAST($1 AS plate) m`,
		pgx.QueryResultFormats{format}, mark).Scan(&plate, &plates, &block))
	marks := []string{plate.String}
	for _, each := range plates.Elements {
		marks = append(marks, each.String)
	}
	say("%s: %s", name, strings.Join(append(marks, block.lower, block.upper), ", "))
}

func backend() (pid int) {
	must(pool.QueryRow(ctx, "SELECT pg_backend_pid()").Scan(&pid))
	return pid
}

func main() {
	config, err := pgxpool.ParseConfig("pool_max_conns=1")
	must(err)
	config.ConnConfig.OnNotice = func(_ *pgconn.PgConn, notice *pgconn.Notice) { notices = append(notices, notice) }
	pool, err = pgxpool.ConnectConfig(ctx, config)
	must(err)
	defer pool.Close()

	pid := backend()
	attempt("AB75 CDE", "2025-09-01", "Jaguar")
	attempt("AB75 CDE", "2025-09-01", "Jaguar")
	attempt("AB75 IQC", "2025-09-01", "Jaguar")
	attempt("AB75 CDF", "2025-08-31", "Jaguar")
	attempt("AB75 CDF", "2025-09-01", "Jaguar")
	say("asked: %s", holdFor("AB75 CDF"))
	attempt("AB75 CDF", "2025-09-01", "Jaguar")
	say("connection: %s", map[bool]string{true: "kept", false: "another"}[backend() == pid])
	waitForEnd("AB75 CDF")
	attempt("AB75 CDF", "2025-09-01", "Jaguar")
	attempt("AB75 CDG", "2025-09-01", "Jaguar")
	queued := attempt("AB75 CDH", "2025-09-01", "Land Rover")
	for i := 0; i < 2; i++ {
		var mark, state string
		must(pool.QueryRow(ctx, "SELECT row_data->>'mark', state FROM regcar.queue WHERE id = $1", queued).Scan(&mark, &state))
		say("queue: %s, %s", mark, state)
	}
	readTypes("text", pgx.TextFormatCode, "ab75cde")
	readTypes("binary", pgx.BinaryFormatCode, "ab75cde")
}
