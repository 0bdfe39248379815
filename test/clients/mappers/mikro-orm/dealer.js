// A dealer's registrations with MikroORM.
"use strict";

const { DatabaseSchema, EntitySchema, MikroORM, Type } = require("@mikro-orm/postgresql");
const { tell } = require("../node/story");

class Plates extends Type {
  convertToDatabaseValue(marks) {
    return `{${marks}}`;
  }
  convertToJSValue(marks) {
    return marks.match(/[A-Z0-9 ]+/g) ?? [];
  }
  getColumnType() {
    return "plate[]";
  }
}

const Registration = new EntitySchema({
  name: "registration",
  properties: {
    id: { type: "integer", primary: true, generated: "by default as identity" },
    mark: { type: "string", columnType: "regcar.plate", unique: "registration_mark_key" },
    registered: { type: "date" },
    make: { type: "text" },
    colour: { type: "text", nullable: true },
    formerly: { type: Plates },
    ticket: { type: "bigint", nullable: true },
    keepers: { kind: "1:m", entity: "keeper", mappedBy: "registration" },
  },
});
const Keeper = new EntitySchema({
  name: "keeper",
  properties: {
    id: { type: "integer", primary: true, generated: "by default as identity" },
    registration: { kind: "m:1", entity: "registration", updateRule: "no action" },
    name: { type: "text" },
  },
});

const orm = MikroORM.initSync({
  host: process.env.PGHOST,
  port: Number(process.env.PGPORT),
  user: process.env.PGUSER,
  dbName: process.env.PGDATABASE,
  password: "",
  entities: [Registration, Keeper],
  pool: { min: 1, max: 1 },
});
// Each request of an application has a fork of its own, with its own entities.
const fresh = () => orm.em.fork();

tell({
  get db() {
    return fresh();
  },
  async pid() {
    const [{ pid }] = await orm.em
      .getConnection()
      .execute("SELECT pg_backend_pid() AS pid");
    return pid;
  },
  async schema() {
    const schema = await DatabaseSchema.create(
      orm.em.getConnection(),
      orm.em.getPlatform(),
      orm.config,
    );
    return schema
      .getTable("registration")
      .getColumns()
      .map(({ name, type }) => [name, type]);
  },
  async drift() {
    const sql = await orm.schema.getUpdateSchemaSQL({ wrap: false });
    return sql.split("\n").filter(Boolean);
  },

  async save(db, row) {
    const saved = db.create(Registration, row);
    await db.persist(saved).flush();
    return saved;
  },
  async saveAgain(db, { id }, change) {
    db.assign(await db.findOneOrFail(Registration, id), change);
    await db.flush();
  },
  read: (db, id) => db.findOne(Registration, id),
  find: (db, marks) =>
    db.find(Registration, { mark: { $in: marks } }, { orderBy: { mark: 1 } }),
  search: (db, pattern) =>
    db.find(Registration, { mark: { $ilike: pattern } }),
  upsert: (db, row) =>
    db.upsert(Registration, row, {
      onConflictFields: ["mark"],
      onConflictMergeFields: ["colour"],
    }),
  async saveAll(db, rows) {
    const saved = rows.map((row) => db.create(Registration, row));
    await db.persist(saved).flush();
    return saved;
  },
  async addKeeper(db, { id }, name) {
    db.create(Keeper, { registration: id, name }, { persist: true });
    await db.flush();
  },
  keepers: (db, { id }) => db.find(Keeper, { registration: id }),
  registered: (db) =>
    db.find(Registration, { ticket: null }, { orderBy: { mark: 1 } }),
  transaction: (work) => fresh().transactional(work),
  // Its message has the query in front, and the DETAIL on a line of its own.
  refusal({ code, message, detail }) {
    const [first] = message.split("\n");
    return { code, message: first.slice(first.lastIndexOf(" - ") + 3), detail };
  },
  close: () => orm.close(true),
});
