// A dealer's registrations with TypeORM.
"use strict";

const { DataSource, EntitySchema, ILike, In, IsNull } = require("typeorm");
const { tell } = require("../node/story");

const Registration = new EntitySchema({
  name: "registration",
  columns: {
    id: {
      type: "integer",
      primary: true,
      generated: "identity",
      generatedIdentity: "BY DEFAULT",
    },
    mark: { type: "plate", unique: true },
    registered: { type: "date" },
    make: { type: "text" },
    colour: { type: "text", nullable: true },
    formerly: {
      type: "plate",
      array: true,
      transformer: {
        from: (marks) => marks.match(/[A-Z0-9 ]+/g) ?? [],
        to: (marks) => marks,
      },
    },
    ticket: { type: "bigint", nullable: true, insert: false, update: false },
  },
  checks: [
    {
      name: "registration_check",
      expression: "require_issuable(mark, registered)",
    },
  ],
  relations: {
    keepers: {
      type: "one-to-many",
      target: "keeper",
      inverseSide: "registration",
    },
  },
});
const Keeper = new EntitySchema({
  name: "keeper",
  columns: {
    id: {
      type: "integer",
      primary: true,
      generated: "identity",
      generatedIdentity: "BY DEFAULT",
    },
    name: { type: "text" },
  },
  relations: {
    registration: {
      type: "many-to-one",
      target: "registration",
      inverseSide: "keepers",
      joinColumn: {
        name: "registration_id",
        foreignKeyConstraintName: "keeper_registration_id_foreign",
      },
      nullable: false,
    },
  },
});

const source = new DataSource({
  type: "postgres",
  host: process.env.PGHOST,
  port: process.env.PGPORT,
  username: process.env.PGUSER,
  database: process.env.PGDATABASE,
  entities: [Registration, Keeper],
  poolSize: 1,
});
// Types that TypeORM does not know.
source.driver.supportedDataTypes.push("plate");

tell({
  db: source.manager,
  prepare: () => source.initialize(),
  async pid() {
    const [{ pid }] = await source.query("SELECT pg_backend_pid() AS pid");
    return pid;
  },
  async schema() {
    const runner = source.createQueryRunner();
    const table = await runner.getTable("registration");
    await runner.release();
    return table.columns.map(({ name, type, isArray }) => [
      name,
      isArray ? `${type}[]` : type,
    ]);
  },
  async drift() {
    const { upQueries } = await source.driver.createSchemaBuilder().log();
    return upQueries.map(({ query }) => query);
  },

  save: (db, row) => db.save(Registration, row),
  saveAgain: (db, row, change) =>
    db.save(Registration, Object.assign(row, change)),
  read: (db, id) => db.findOneBy(Registration, { id }),
  find: (db, marks) =>
    db.find(Registration, {
      where: { mark: In(marks) },
      order: { mark: "ASC" },
    }),
  search: (db, pattern) => db.findBy(Registration, { mark: ILike(pattern) }),
  upsert: (db, row) => db.upsert(Registration, row, ["mark"]),
  saveAll: (db, rows) => db.save(Registration, rows),
  addKeeper: (db, registration, name) =>
    db.save(Keeper, { registration, name }),
  keepers: (db, { id }) => db.findBy(Keeper, { registration: { id } }),
  registered: (db) =>
    db.find(Registration, {
      where: { ticket: IsNull() },
      order: { mark: "ASC" },
    }),
  transaction: (work) => source.transaction(work),
  refusal: (error) => error.driverError,
  close: () => source.destroy(),
});
