// A dealer's registrations with Sequelize.
"use strict";

const { DataTypes, Op, Sequelize } = require("sequelize");
const { tell, cannot } = require("../node/story");

const sequelize = new Sequelize({
  dialect: "postgres",
  host: process.env.PGHOST,
  port: process.env.PGPORT,
  username: process.env.PGUSER,
  database: process.env.PGDATABASE,
  logging: false,
  define: { timestamps: false, freezeTableName: true, underscored: true },
  pool: { max: 1 },
});

const Registration = sequelize.define("registration", {
  mark: { type: "plate", allowNull: false, unique: true },
  registered: { type: DataTypes.DATEONLY, allowNull: false },
  make: { type: DataTypes.TEXT, allowNull: false },
  colour: DataTypes.TEXT,
  // An ARRAY would be sent as varchar[], and come back as a string.
  formerly: {
    type: "plate[]",
    allowNull: false,
    get() {
      return this.getDataValue("formerly").match(/[A-Z0-9 ]+/g) ?? [];
    },
    set(marks) {
      this.setDataValue("formerly", `{${marks}}`);
    },
  },
  ticket: DataTypes.BIGINT,
});
const Keeper = sequelize.define("keeper", {
  name: { type: DataTypes.TEXT, allowNull: false },
});
Registration.hasMany(Keeper);

tell({
  db: null,
  async pid() {
    const [[{ pid }]] = await sequelize.query(
      "SELECT pg_backend_pid() AS pid",
    );
    return pid;
  },
  connection: cannot("Sequelize closes it when COMMIT fails, as 40001 may"),
  schema: () => cannot("describe() says USER-DEFINED and ARRAY"),
  drift: () => cannot("Sequelize does not say what sync() would do"),

  save: (transaction, row) => Registration.create(row, { transaction }),
  saveAgain: (transaction, row, change) => row.update(change, { transaction }),
  read: (transaction, id) => Registration.findByPk(id, { transaction }),
  find: (transaction, marks) =>
    Registration.findAll({
      where: { mark: { [Op.in]: marks } },
      order: ["mark"],
      transaction,
    }),
  search: (transaction, pattern) =>
    Registration.findAll({
      where: { mark: { [Op.iLike]: pattern } },
      transaction,
    }),
  upsert: (transaction, row) =>
    Registration.upsert(row, {
      conflictFields: ["mark"],
      fields: ["colour"],
      transaction,
    }),
  saveAll: (transaction, rows) =>
    Registration.bulkCreate(rows, { transaction }),
  addKeeper: (transaction, row, name) =>
    row.createKeeper({ name }, { transaction }),
  keepers: (transaction, row) => row.getKeepers({ transaction }),
  registered: (transaction) =>
    Registration.findAll({
      where: { ticket: null },
      order: ["mark"],
      transaction,
    }),
  transaction: (work) => sequelize.transaction(work),
  refusal: (error) => error.original,
  close: () => sequelize.close(),
});
