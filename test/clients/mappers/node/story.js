// story.txt with any of Node's mappers, each of which says how it does a step.
"use strict";

const readline = require("node:readline");

const TRIES = 3;

// A step of the story, which goes on when a line comes back.
const input = readline.createInterface({ input: process.stdin });
const lines = input[Symbol.asyncIterator]();
async function say(line) {
  console.log(line);
  await lines.next();
}

const car = (mark, make = "Ford", registered = "2025-09-01") => ({
  mark,
  registered,
  make,
  formerly: [],
});
const cannot = (why) => ({ why });
const marks = (rows) => rows.map((row) => row.mark).join(", ");

// A step that not every mapper can do.
function about(step, value, tell) {
  return say(`${step}: ${value.why ? `cannot: ${value.why}` : tell(value)}`);
}

// Has the server refuse something, and tells a person why.
async function refused(mapper, mark, work) {
  try {
    await work();
  } catch (error) {
    const { code, message, detail } = await mapper.refusal(error, mark);
    if (!code) throw error;
    await say(`${mark}: ${code}, ${message}`);
    await about("DETAIL", detail, (text) => text);
    return;
  }
  await say(`${mark}: not refused`);
}

// One transaction, repeated for 40001 only: RH001 stands until the hold ends.
async function register(mapper, row) {
  for (let attempt = 1; ; attempt++) {
    try {
      await mapper.transaction(async (db) => {
        await mapper.save(db, row);
        await say(`${row.mark}: inserted, attempt ${attempt}`);
      });
      await say(`${row.mark}: registered`);
      return;
    } catch (error) {
      const { code } = await mapper.refusal(error, row.mark);
      if (code !== "40001" || attempt === TRIES) throw error;
      await refused(mapper, row.mark, () => Promise.reject(error));
    }
  }
}

// Each of these by its own id: the one that the mapper has is no other row's.
async function byId(mapper, saved) {
  const rows = [];
  for (const { id } of saved) rows.push(await mapper.read(mapper.db, id));
  return rows;
}

async function ordinaryDay(mapper) {
  const { db } = mapper;
  await about("schema", await mapper.schema(db), (columns) =>
    columns
      .filter(([name]) => name === "mark" || name === "formerly")
      .map(([name, type]) => `${name} ${type.replace(/^regcar\./, "").replace(/^_(.*)/, "$1[]")}`)
      .join(", "),
  );
  await about(
    "drift",
    await mapper.drift(db),
    (changes) => changes.join("; ") || "none",
  );

  let jaguar = await mapper.save(db, {
    ...car("ab75cde", "Jaguar"),
    formerly: ["A123BCD", "B123BCD"],
  });
  jaguar = await mapper.read(db, jaguar.id);
  await say(`saved: ${jaguar.mark}, once ${jaguar.formerly.join(", ")}`);
  await mapper.saveAgain(db, jaguar, { colour: "blue" });
  jaguar = await mapper.read(db, jaguar.id);
  await say(`saved again: ${jaguar.mark}, ${jaguar.colour}`);

  const saved = await mapper.saveAll(
    db,
    ["AB75 CDF", "AB75 CDG", "AB75 CDH"].map((mark) => car(mark)),
  );
  await say(`bulk: ${marks(await byId(mapper, saved))}`);
  const found = await mapper.find(db, ["AB75 CDH", "ab75 cdf"]);
  await say(`found: ${marks(found)}`);
  await say(`searched: ${marks(await mapper.search(db, "ab75 %g"))}`);
  await mapper.upsert(db, { ...car("AB75 CDG"), colour: "red" });
  const [upserted] = await mapper.find(db, ["AB75 CDG"]);
  await say(`upserted: ${upserted.mark}, ${upserted.colour}`);

  for (const row of [car("AB75 IQC"), car("AB75 CDJ", "Ford", "2025-08-31")])
    await refused(mapper, row.mark, () => mapper.save(db, row));
}

async function heldDay(mapper) {
  const row = car("AB75 CDJ");
  await refused(mapper, row.mark, () => mapper.save(mapper.db, row));
  await register(mapper, row);
}

const rover = car("AB75 CDK", "Land Rover");
const three = [car("AB75 CDL"), car("AB75 CDM", "Land Rover"), car("AB75 CDN")];

// A row that is set aside has no id, and those after it would get another's.
async function queuedDay(mapper) {
  const { db } = mapper;
  await refused(mapper, rover.mark, () => mapper.save(db, rover));
  await refused(mapper, marks(three), () => mapper.saveAll(db, three));
  const found = await mapper.find(db, marks([rover, ...three]).split(", "));
  await say(`of them registered: ${found.length}`);
}

const state = ({ mark, ticket }) =>
  `${mark} ${ticket === null ? "registered" : "waits"}`;

// A row that waits in place is a row like any other.
async function pendingDay(mapper) {
  const { db } = mapper;
  const { id } = await mapper.save(db, rover);
  let row = await mapper.read(db, id);
  await say(`saved: ${state(row)}`);
  await mapper.addKeeper(db, row, "Smith");
  await mapper.saveAgain(db, row, { colour: "green" });
  row = await mapper.read(db, id);
  const [keeper] = await mapper.keepers(db, row);
  await say(`saved again: ${state(row)}, ${row.colour}, kept by ${keeper.name}`);
  const saved = await mapper.saveAll(db, three);
  await say(`bulk: ${(await byId(mapper, saved)).map(state).join(", ")}`);
  await mapper.upsert(db, { ...three[1], colour: "white" });
  const [upserted] = await mapper.find(db, [three[1].mark]);
  await say(`upserted: ${state(upserted)}, ${upserted.colour}`);
  for (let time = 0; time < 2; time++)
    await say(`registered: ${marks(await mapper.registered(db))}`);
}

async function tell(mapper) {
  await mapper.prepare?.();
  const pid = await mapper.pid();
  await ordinaryDay(mapper);
  await heldDay(mapper);
  await queuedDay(mapper);
  await pendingDay(mapper);
  await about("connection", mapper.connection ?? (await mapper.pid()), (now) =>
    now === pid ? "kept" : "another",
  );
  await mapper.close();
  input.close();
}

module.exports = { tell, cannot };
