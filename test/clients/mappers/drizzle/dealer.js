// A dealer's registrations with Drizzle.
"use strict";

const { drizzle } = require("drizzle-orm/node-postgres");
const { asc, eq, ilike, inArray, isNull, sql } = require("drizzle-orm");
const {
  bigint,
  customType,
  date,
  integer,
  pgTable,
  text,
} = require("drizzle-orm/pg-core");
const { Pool } = require("pg");
const { tell, cannot } = require("../node/story");

const plate = customType({ dataType: () => "plate" });
const registration = pgTable("registration", {
  id: integer().primaryKey().generatedByDefaultAsIdentity(),
  mark: plate().notNull().unique(),
  registered: date().notNull(),
  make: text().notNull(),
  colour: text(),
  formerly: plate().array().notNull(),
  ticket: bigint({ mode: "number" }),
});
const keeper = pgTable("keeper", {
  id: integer().primaryKey().generatedByDefaultAsIdentity(),
  registrationId: integer("registration_id")
    .notNull()
    .references(() => registration.id),
  name: text().notNull(),
});

const pool = new Pool({ max: 1 });
const db = drizzle(pool);

tell({
  db,
  async pid() {
    const { rows } = await db.execute(sql`SELECT pg_backend_pid() AS pid`);
    return rows[0].pid;
  },
  connection: cannot("pool.query(), which Drizzle calls, closes it after errors"),
  schema: () => cannot("Drizzle reads no schema at run time"),
  drift: () => cannot("Drizzle compares no schema at run time"),

  async save(db, row) {
    const [saved] = await db.insert(registration).values(row).returning();
    return saved;
  },
  saveAgain: (db, { id }, change) =>
    db.update(registration).set(change).where(eq(registration.id, id)),
  async read(db, id) {
    const [row] = await db
      .select()
      .from(registration)
      .where(eq(registration.id, id));
    return row;
  },
  find: (db, marks) =>
    db
      .select()
      .from(registration)
      .where(inArray(registration.mark, marks))
      .orderBy(asc(registration.mark)),
  search: (db, pattern) =>
    db.select().from(registration).where(ilike(registration.mark, pattern)),
  upsert: (db, row) =>
    db
      .insert(registration)
      .values(row)
      .onConflictDoUpdate({
        target: registration.mark,
        set: { colour: row.colour },
      }),
  saveAll: (db, rows) => db.insert(registration).values(rows).returning(),
  addKeeper: (db, { id }, name) =>
    db.insert(keeper).values({ registrationId: id, name }),
  keepers: (db, { id }) =>
    db.select().from(keeper).where(eq(keeper.registrationId, id)),
  registered: (db) =>
    db
      .select()
      .from(registration)
      .where(isNull(registration.ticket))
      .orderBy(asc(registration.mark)),
  transaction: (work) => db.transaction(work),
  refusal: (error) => error.cause,
  close: () => pool.end(),
});
