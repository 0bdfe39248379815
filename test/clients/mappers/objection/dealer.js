// A dealer's registrations with Objection.
"use strict";

const { Model } = require("objection");
const { types } = require("pg");
const { tell, cannot } = require("../node/story");

const knex = require("knex")({ client: "pg", connection: {}, pool: { min: 1, max: 1 } });
Model.knex(knex);

class Keeper extends Model {
  static tableName = "keeper";
}

class Registration extends Model {
  static tableName = "registration";
  static relationMappings = {
    keepers: {
      relation: Model.HasManyRelation,
      modelClass: Keeper,
      join: { from: "registration.id", to: "keeper.registration_id" },
    },
  };
}

tell({
  db: knex,
  // plate[] is a string until node-postgres is told to read it as text[].
  async prepare() {
    const { rows } = await knex.raw("SELECT 'plate[]'::regtype::oid");
    types.setTypeParser(rows[0].oid, types.getTypeParser(1009));
  },
  async pid() {
    const { rows } = await knex.raw("SELECT pg_backend_pid() AS pid");
    return rows[0].pid;
  },
  schema: () => cannot("fetchTableMetadata() has no types"),
  drift: () => cannot("Objection compares no schema"),

  save: (db, row) => Registration.query(db).insertAndFetch(row),
  saveAgain: (db, row, change) => row.$query(db).patchAndFetch(change),
  read: (db, id) => Registration.query(db).findById(id),
  find: (db, marks) =>
    Registration.query(db).whereIn("mark", marks).orderBy("mark"),
  search: (db, pattern) =>
    Registration.query(db).where("mark", "ilike", pattern),
  upsert: (db, row) =>
    Registration.query(db).insert(row).onConflict("mark").merge(["colour"]),
  saveAll: (db, rows) => Registration.query(db).insert(rows),
  addKeeper: (db, row, name) =>
    row.$relatedQuery("keepers", db).insert({ name }),
  keepers: (db, row) => row.$relatedQuery("keepers", db),
  registered: (db) =>
    Registration.query(db).whereNull("ticket").orderBy("mark"),
  transaction: (work) => Model.transaction(work),
  refusal(error) {
    const { code, message, detail } = error.nativeError ?? error;
    return { code, message: message.slice(message.lastIndexOf(" - ") + 3), detail };
  },
  close: () => knex.destroy(),
});
