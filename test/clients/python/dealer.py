"""A dealer's registrations with psycopg 3. PGHOST and the like say where."""

import json
import re
import select
import sys
import time

import psycopg
from psycopg.types import TypeInfo
from psycopg.types.range import RangeInfo, register_range
from psycopg_pool import ConnectionPool

# What a person is told. Any other error is a fault of ours, or of the network.
REFUSED = {
    "22P02": "no mark",
    "23505": "taken",
    "23514": "not on that day",
    "RH001": "held",
}
TRIES = 3
SECONDS = 10
notices = []


def say(line):
    """A step of the story, which goes on when a line comes back."""
    print(line, flush=True)
    sys.stdin.readline()


def remember(notice):
    # Now, for it is empty when the handler has returned.
    notices.append((notice.sqlstate, notice.message_primary, notice.message_detail))


def configure(conn):
    conn.add_notice_handler(remember)


def insert(conn, mark, day, make):
    """Registers a mark; the id in regcar.queue where it was set aside."""
    notices.clear()
    cursor = conn.execute(
        "INSERT INTO registration (mark, registered, make) VALUES (%s, %s, %s)",
        (mark, day, make),
        prepare=True,
    )
    if cursor.rowcount == 1:
        return None
    # No error and no row: a NOTICE says where it is.
    message, detail = next(n[1:] for n in notices if n[0] == "RH002")
    say(f"{mark}: RH002, {message}")
    return int(re.match(r"Queue id (\d+)", detail)[1])


def register(pool, mark, day, make):
    """One transaction, repeated for 40001 only: RH001 stands until the hold ends."""
    for attempt in range(1, TRIES + 1):
        try:
            # Commits at its end, where a hold may refuse it too.
            with pool.connection() as conn:
                queued = insert(conn, mark, day, make)
                if queued is None:
                    say(f"{mark}: inserted, attempt {attempt}")
            if queued is None:
                say(f"{mark}: registered")
            return queued
        except psycopg.errors.SerializationFailure as error:
            if attempt == TRIES:
                raise
            say(f"{mark}: {error.sqlstate}, again: {error.diag.message_primary}")


def attempt(pool, mark, day="2025-09-01", make="Jaguar"):
    """Registers a mark, or tells a person why not."""
    try:
        return register(pool, mark, day, make)
    except psycopg.Error as error:
        if error.sqlstate not in REFUSED:
            raise
        why = REFUSED[error.sqlstate]
        say(f"{mark}: {error.sqlstate}, {why}: {error.diag.message_primary}")
        say(f"    {error.diag.message_detail}")


def hold_for(conn, mark, make="Jaguar"):
    """What would stop a registration just now, or None."""
    return conn.execute(
        "SELECT hold, action, reason FROM regcar.hold_for('registration', %s)",
        (json.dumps({"mark": mark, "make": make}),),
    ).fetchone()


def wait_for_end(mark):
    """Waits for the end of the hold. The connection is one that no pool takes back."""
    with psycopg.connect(autocommit=True) as conn:
        heard = []
        conn.add_notify_handler(heard.append)
        conn.execute("LISTEN regcar")
        # Asked after LISTEN, so that no event is missed, and again without one:
        # a connection that was lost has lost its events.
        deadline = time.monotonic() + SECONDS
        held = hold_for(conn, mark)
        say("listening")
        while held and time.monotonic() < deadline:
            select.select([conn], [], [], 1)
            held = hold_for(conn, mark)
        for notify in heard:
            say(f"heard: {notify.payload}")


def read_types(pool, mark):
    """psycopg reads a type that it knows by name; in binary, a mark is bytes."""
    with pool.connection() as conn:
        TypeInfo.fetch(conn, "plate").register(conn)
        register_range(RangeInfo.fetch(conn, "platerange"), conn)
        for binary in (False, True):
            plate, plates, block = conn.execute(
                "SELECT m, ARRAY[m, plate_next(m)], plate_block('AB', '75')"
                " FROM CAST(%s AS plate) m",
                (mark,),
                binary=binary,
            ).fetchone()
            marks = [plate, *plates, block.lower, block.upper]
            if binary:
                marks = [m.decode("ascii") for m in marks]
            say(f"{'binary' if binary else 'text'}: {', '.join(marks)}")


def backend(pool):
    with pool.connection() as conn:
        return conn.info.backend_pid


def main():
    with ConnectionPool(min_size=1, max_size=1, configure=configure) as pool:
        pid = backend(pool)
        attempt(pool, "AB75 CDE")
        attempt(pool, "AB75 CDE")
        attempt(pool, "AB75 IQC")
        attempt(pool, "AB75 CDF", day="2025-08-31")
        attempt(pool, "AB75 CDF")
        with pool.connection() as conn:
            say("asked: hold {}, {}, {}".format(*hold_for(conn, "AB75 CDF")))
        attempt(pool, "AB75 CDF")
        say(f"connection: {'kept' if backend(pool) == pid else 'another'}")
        wait_for_end("AB75 CDF")
        attempt(pool, "AB75 CDF")
        attempt(pool, "AB75 CDG")
        queued = attempt(pool, "AB75 CDH", make="Land Rover")
        for _ in range(2):
            with pool.connection() as conn:
                row = conn.execute(
                    "SELECT row_data->>'mark', state FROM regcar.queue WHERE id = %s",
                    (queued,),
                ).fetchone()
            say("queue: {}, {}".format(*row))
        read_types(pool, "ab75cde")


main()
