// A dealer's registrations with Prisma and its driver adapter.
"use strict";

const { PrismaPg } = require("@prisma/adapter-pg");
const { PrismaClient } = require(`${process.env.out}/client`);
const { tell, cannot } = require("../node/story");

// plate[] is a string, as the server writes it.
const prisma = new PrismaClient({
  adapter: new PrismaPg({ max: 1 }),
}).$extends({
  result: {
    registration: {
      formerly: {
        needs: { formerly: true },
        compute: ({ formerly }) => formerly.match(/[A-Z0-9 ]+/g) ?? [],
      },
    },
  },
});
const data = (row) => ({
  ...row,
  registered: new Date(row.registered),
  formerly: `{${row.formerly}}`,
});

tell({
  db: prisma,
  async pid() {
    const [{ pid }] = await prisma.$queryRaw`SELECT pg_backend_pid() AS pid`;
    return pid;
  },
  connection: cannot("pool.query(), which Prisma calls, closes it after errors"),
  schema: () => cannot("db pull needs an engine that npm does not have"),
  drift: () => cannot("db push needs an engine that npm does not have"),

  save: (db, row) => db.registration.create({ data: data(row) }),
  saveAgain: (db, { id }, change) =>
    db.registration.update({ where: { id }, data: change }),
  read: (db, id) => db.registration.findUnique({ where: { id } }),
  find: (db, marks) =>
    db.registration.findMany({
      where: { mark: { in: marks } },
      orderBy: { mark: "asc" },
    }),
  search(db, pattern) {
    const [startsWith, endsWith] = pattern.split("%");
    return db.registration.findMany({
      where: { mark: { startsWith, endsWith, mode: "insensitive" } },
    });
  },
  upsert: (db, row) =>
    db.registration.upsert({
      where: { mark: row.mark },
      create: data(row),
      update: { colour: row.colour },
    }),
  saveAll: (db, rows) =>
    db.registration.createManyAndReturn({ data: rows.map(data) }),
  addKeeper: (db, { id }, name) =>
    db.keeper.create({ data: { registration_id: id, name } }),
  keepers: (db, { id }) => db.keeper.findMany({ where: { registration_id: id } }),
  registered: (db) =>
    db.registration.findMany({
      where: { ticket: null },
      orderBy: { mark: "asc" },
    }),
  transaction: (work) => prisma.$transaction(work),
  // Prisma keeps no DETAIL of an error that it has a name for. Of a mark, the
  // server says it again.
  async refusal(error, mark) {
    const told = error.meta?.driverAdapterError.cause ?? error.cause;
    let { originalCode: code, originalMessage: message, detail } = told;
    if (code === "22P02")
      [{ detail }] =
        await prisma.$queryRaw`SELECT regcar.plate_problem(${mark}) AS detail`;
    detail ??= cannot(`Prisma keeps none of ${code}`);
    return { code, message, detail };
  },
  close: () => prisma.$disconnect(),
});
