// A dealer's registrations with node-postgres. PGHOST and the like say where.
"use strict";

const { once } = require("node:events");
const readline = require("node:readline");
const { Client, Pool } = require("pg");

// What a person is told. Any other error is a fault of ours, or of the network.
const REFUSED = {
  "22P02": "no mark",
  23505: "taken",
  23514: "not on that day",
  RH001: "held",
};
const TRIES = 3;
const SECONDS = 10;
const INSERT =
  "INSERT INTO registration (mark, registered, make) VALUES ($1, $2, $3)";

const pool = new Pool({ max: 1 });
let notices = [];
pool.on("connect", (client) => client.on("notice", (n) => notices.push(n)));

// A step of the story, which goes on when a line comes back.
const input = readline.createInterface({ input: process.stdin });
const lines = input[Symbol.asyncIterator]();
async function say(line) {
  console.log(line);
  await lines.next();
}

// Runs work on a connection and gives that back to the pool whatever happens.
// pool.query() would not: it closes the connection after any error.
async function withClient(work) {
  const client = await pool.connect();
  try {
    return await work(client);
  } finally {
    client.release();
  }
}

// Registers a mark; the id in regcar.queue where it was set aside.
async function insert(client, mark, day, make) {
  notices = [];
  const values = [mark, day, make];
  // With a name it is a prepared statement.
  const result = await client.query({ name: "insert", text: INSERT, values });
  if (result.rowCount === 1) return null;
  // No error and no row: a NOTICE says where it is.
  const notice = notices.find((n) => n.code === "RH002");
  await say(`${mark}: RH002, ${notice.message}`);
  return /^Queue id (\d+)/.exec(notice.detail)[1];
}

// One transaction, repeated for 40001 only: RH001 stands until the hold ends.
async function register(client, mark, day, make) {
  for (let attempt = 1; ; attempt++) {
    try {
      await client.query("BEGIN");
      const queued = await insert(client, mark, day, make);
      if (queued === null) await say(`${mark}: inserted, attempt ${attempt}`);
      await client.query("COMMIT"); // a hold may refuse it here too
      if (queued === null) await say(`${mark}: registered`);
      return queued;
    } catch (error) {
      await client.query("ROLLBACK");
      if (error.code !== "40001" || attempt === TRIES) throw error;
      await say(`${mark}: ${error.code}, again: ${error.message}`);
    }
  }
}

// Registers a mark, or tells a person why not.
async function attempt(mark, day = "2025-09-01", make = "Jaguar") {
  try {
    return await withClient((client) => register(client, mark, day, make));
  } catch (error) {
    const why = REFUSED[error.code];
    if (!why) throw error;
    await say(`${mark}: ${error.code}, ${why}: ${error.message}`);
    await say(`    ${error.detail}`);
  }
}

// What would stop a registration just now, or undefined.
async function holdFor(client, mark, make = "Jaguar") {
  const { rows } = await client.query(
    "SELECT hold, action, reason FROM regcar.hold_for('registration', $1)",
    [{ mark, make }],
  );
  return rows[0];
}

// The next event, or a second without one.
function nextEvent(client) {
  const signal = AbortSignal.timeout(1000);
  return once(client, "notification", { signal }).catch(() => {});
}

// Waits for the end of the hold. The connection is one that no pool takes back.
async function waitForEnd(mark) {
  const client = new Client();
  const heard = [];
  client.on("notification", (n) => heard.push(n.payload));
  await client.connect();
  try {
    await client.query("LISTEN regcar");
    // Asked after LISTEN, so that no event is missed, and again without one: a
    // connection that was lost has lost its events.
    const deadline = Date.now() + 1000 * SECONDS;
    let event = nextEvent(client);
    let held = await holdFor(client, mark);
    await say("listening");
    while (held && Date.now() < deadline) {
      await event;
      event = nextEvent(client);
      held = await holdFor(client, mark);
    }
  } finally {
    await client.end();
  }
  for (const payload of heard) await say(`heard: ${payload}`);
}

// Types that node-postgres does not know are strings, arrays of them too. In a
// mark are letters, digits and spaces alone, so the rest is punctuation.
async function readTypes(client, mark) {
  const { rows } = await client.query({
    text: `SELECT m, ARRAY[m, plate_next(m)], plate_block('AB', '75')
      FROM CAST($1 AS plate) m`,
    values: [mark],
    rowMode: "array",
  });
  const marks = rows[0].join().match(/[A-Z0-9 ]+/g);
  await say(`text: ${marks.join(", ")}`);
  await say(
    "binary: cannot: node-postgres decodes each value as UTF-8, which damages plate[]",
  );
}

async function main() {
  const pid = await withClient((client) => client.processID);
  await attempt("AB75 CDE");
  await attempt("AB75 CDE");
  await attempt("AB75 IQC");
  await attempt("AB75 CDF", "2025-08-31");
  await attempt("AB75 CDF");
  const hold = await withClient((client) => holdFor(client, "AB75 CDF"));
  await say(`asked: hold ${hold.hold}, ${hold.action}, ${hold.reason}`);
  await attempt("AB75 CDF");
  const now = await withClient((client) => client.processID);
  await say(`connection: ${now === pid ? "kept" : "another"}`);
  await waitForEnd("AB75 CDF");
  await attempt("AB75 CDF");
  await attempt("AB75 CDG");
  const queued = await attempt("AB75 CDH", "2025-09-01", "Land Rover");
  for (let time = 0; time < 2; time++) {
    const { rows } = await withClient((client) =>
      client.query(
        "SELECT row_data->>'mark' AS mark, state FROM regcar.queue WHERE id = $1",
        [queued],
      ),
    );
    await say(`queue: ${rows[0].mark}, ${rows[0].state}`);
  }
  await withClient((client) => readTypes(client, "ab75cde"));
  await pool.end();
  input.close();
}

main();
