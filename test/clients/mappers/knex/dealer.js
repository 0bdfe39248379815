// A dealer's registrations with Knex.
"use strict";

const { types } = require("pg");
const { tell, cannot } = require("../node/story");

const db = require("knex")({ client: "pg", connection: {}, pool: { min: 1, max: 1 } });

tell({
  db,
  // plate[] is a string until node-postgres is told to read it as text[].
  async prepare() {
    const { rows } = await db.raw("SELECT 'plate[]'::regtype::oid");
    types.setTypeParser(rows[0].oid, types.getTypeParser(1009));
  },
  async pid() {
    const { rows } = await db.raw("SELECT pg_backend_pid() AS pid");
    return rows[0].pid;
  },
  schema: () => cannot("columnInfo() says USER-DEFINED and ARRAY"),
  drift: () => cannot("Knex compares no schema"),

  async save(db, row) {
    const [saved] = await db("registration").insert(row).returning("*");
    return saved;
  },
  saveAgain: (db, { id }, change) =>
    db("registration").where({ id }).update(change),
  read: (db, id) => db("registration").where({ id }).first(),
  find: (db, marks) =>
    db("registration").whereIn("mark", marks).orderBy("mark"),
  search: (db, pattern) => db("registration").whereILike("mark", pattern),
  upsert: (db, row) =>
    db("registration").insert(row).onConflict("mark").merge(["colour"]),
  saveAll: (db, rows) => db("registration").insert(rows).returning("*"),
  addKeeper: (db, { id }, name) =>
    db("keeper").insert({ registration_id: id, name }),
  keepers: (db, { id }) => db("keeper").where({ registration_id: id }),
  registered: (db) =>
    db("registration").whereNull("ticket").orderBy("mark"),
  transaction: (work) => db.transaction(work),
  refusal: ({ code, message, detail }) => ({
    code,
    message: message.slice(message.lastIndexOf(" - ") + 3), // after the query
    detail,
  }),
  close: () => db.destroy(),
});
