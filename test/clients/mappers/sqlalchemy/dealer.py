"""A dealer's registrations with SQLAlchemy. PGHOST and the like say where."""

import re

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import BigInteger, Column, Date, ForeignKey, Identity, Integer, Text
from sqlalchemy import create_engine, inspect, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import declarative_base, relationship, sessionmaker
from sqlalchemy.types import UserDefinedType

import story


class Plate(UserDefinedType):
    cache_ok = True

    def get_col_spec(self, **kw):
        return "plate"


class Plates(UserDefinedType):
    """plate[], which psycopg reads as a string and would send as text[]."""

    cache_ok = True

    def get_col_spec(self, **kw):
        return "plate[]"

    def bind_processor(self, dialect):
        return lambda marks: "{%s}" % ",".join(marks)

    def result_processor(self, dialect, coltype):
        return lambda marks: re.findall("[A-Z0-9 ]+", marks)


Base = declarative_base()


class Registration(Base):
    __tablename__ = "registration"
    id = Column(Integer, Identity(), primary_key=True)
    mark = Column(Plate, nullable=False, unique=True)
    registered = Column(Date, nullable=False)
    make = Column(Text, nullable=False)
    colour = Column(Text)
    formerly = Column(Plates, nullable=False)
    ticket = Column(BigInteger)
    keepers = relationship("Keeper", back_populates="registration")


class Keeper(Base):
    __tablename__ = "keeper"
    id = Column(Integer, Identity(), primary_key=True)
    registration_id = Column(ForeignKey("registration.id"), nullable=False)
    name = Column(Text, nullable=False)
    registration = relationship("Registration", back_populates="keepers")


class Dealer:
    Refused = DBAPIError

    def __init__(self):
        self.engine = create_engine(
            "postgresql+psycopg2://", pool_size=1, max_overflow=0, future=True
        )
        # Reflection, and so alembic, knows the type by its name.
        self.engine.dialect.ischema_names["plate"] = Plate

        self.transaction = sessionmaker(self.engine, future=True).begin

    def pid(self):
        with self.transaction() as db:
            return db.execute(text("SELECT pg_backend_pid()")).scalar_one()

    def schema(self):
        columns = inspect(self.engine).get_columns("registration")
        types = {c["name"]: c["type"].compile(self.engine.dialect) for c in columns}
        return ", ".join(f"{name} {types[name]}" for name in ("mark", "formerly"))

    def drift(self):
        with self.engine.connect() as conn:
            context = MigrationContext.configure(conn, opts={"compare_type": True})
            return compare_metadata(context, Base.metadata) or "none"

    def save(self, db, row):
        saved = Registration(**row)
        db.add(saved)
        db.flush()
        return saved.id

    def save_again(self, db, saved, **change):
        for name, value in change.items():
            setattr(saved, name, value)
        db.flush()

    def read(self, db, id):
        return db.get(Registration, id)

    def find(self, db, marks):
        query = select(Registration).where(Registration.mark.in_(marks))
        return db.scalars(query.order_by(Registration.mark)).all()

    def search(self, db, pattern):
        query = select(Registration).where(Registration.mark.ilike(pattern))
        return db.scalars(query).all()

    def upsert(self, db, row):
        query = insert(Registration).values(row)
        db.execute(
            query.on_conflict_do_update(
                index_elements=["mark"], set_={"colour": query.excluded.colour}
            )
        )

    def save_all(self, db, rows):
        saved = [Registration(**row) for row in rows]
        db.add_all(saved)
        db.flush()
        return [row.id for row in saved]

    def add_keeper(self, db, saved, name):
        saved.keepers.append(Keeper(name=name))
        db.flush()

    def keepers(self, db, saved):
        return saved.keepers

    def registered(self, db):
        query = select(Registration).where(Registration.ticket.is_(None))
        return db.scalars(query.order_by(Registration.mark)).all()

    def diagnostics(self, error):
        return error.orig.diag


story.tell(Dealer())
