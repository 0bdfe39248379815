// A dealer's registrations with Kysely.
"use strict";

const { Kysely, PostgresDialect, sql } = require("kysely");
const { Pool, types } = require("pg");
const { tell, cannot } = require("../node/story");

const pool = new Pool({ max: 1 });
const db = new Kysely({ dialect: new PostgresDialect({ pool }) });

tell({
  db,
  // plate[] is a string until node-postgres is told to read it as text[].
  async prepare() {
    const { rows } = await pool.query("SELECT 'plate[]'::regtype::oid");
    types.setTypeParser(rows[0].oid, types.getTypeParser(1009));
  },
  async pid() {
    const { rows } = await sql`SELECT pg_backend_pid() AS pid`.execute(db);
    return rows[0].pid;
  },
  async schema(db) {
    const tables = await db.introspection.getTables();
    return tables
      .find(({ name }) => name === "registration")
      .columns.map(({ name, dataType }) => [name, dataType]);
  },
  drift: () => cannot("Kysely compares no schema"),

  save: (db, row) =>
    db
      .insertInto("registration")
      .values(row)
      .returningAll()
      .executeTakeFirstOrThrow(),
  saveAgain: (db, { id }, change) =>
    db.updateTable("registration").set(change).where("id", "=", id).execute(),
  read: (db, id) =>
    db
      .selectFrom("registration")
      .selectAll()
      .where("id", "=", id)
      .executeTakeFirst(),
  find: (db, marks) =>
    db
      .selectFrom("registration")
      .selectAll()
      .where("mark", "in", marks)
      .orderBy("mark")
      .execute(),
  search: (db, pattern) =>
    db
      .selectFrom("registration")
      .selectAll()
      .where("mark", "ilike", pattern)
      .execute(),
  upsert: (db, row) =>
    db
      .insertInto("registration")
      .values(row)
      .onConflict((it) => it.column("mark").doUpdateSet({ colour: row.colour }))
      .execute(),
  saveAll: (db, rows) =>
    db.insertInto("registration").values(rows).returningAll().execute(),
  addKeeper: (db, { id }, name) =>
    db.insertInto("keeper").values({ registration_id: id, name }).execute(),
  keepers: (db, { id }) =>
    db
      .selectFrom("keeper")
      .selectAll()
      .where("registration_id", "=", id)
      .execute(),
  registered: (db) =>
    db
      .selectFrom("registration")
      .selectAll()
      .where("ticket", "is", null)
      .orderBy("mark")
      .execute(),
  transaction: (work) => db.transaction().execute(work),
  refusal: (error) => error,
  close: () => db.destroy(),
});
