"""story.txt with any of Python's mappers, each of which says how it does a step."""

import sys
from datetime import date

TRIES = 3


def say(line):
    """A step of the story, which goes on when a line comes back."""
    print(line, flush=True)
    sys.stdin.readline()


def car(mark, make="Ford", registered=date(2025, 9, 1), **more):
    row = dict(mark=mark, registered=registered, make=make, formerly=[])
    return {**row, **more}


def marks(rows):
    return ", ".join(row.mark for row in rows)


def refused(mapper, mark, error):
    """Tells a person why the server refused something."""
    diag = mapper.diagnostics(error)
    say(f"{mark}: {diag.sqlstate}, {diag.message_primary}")
    say(f"DETAIL: {diag.message_detail}")


def attempt(mapper, mark, work):
    try:
        with mapper.transaction() as db:
            work(db)
    except mapper.Refused as error:
        return refused(mapper, mark, error)
    say(f"{mark}: not refused")


def register(mapper, row):
    """One transaction, repeated for 40001 only: RH001 stands until the hold ends."""
    for attempt in range(1, TRIES + 1):
        try:
            # Commits at its end, where a hold may refuse it too.
            with mapper.transaction() as db:
                mapper.save(db, row)
                say(f"{row['mark']}: inserted, attempt {attempt}")
            return say(f"{row['mark']}: registered")
        except mapper.Refused as error:
            if mapper.diagnostics(error).sqlstate != "40001" or attempt == TRIES:
                raise
            refused(mapper, row["mark"], error)


def ordinary_day(mapper):
    say(f"schema: {mapper.schema()}")
    say(f"drift: {mapper.drift()}")

    with mapper.transaction() as db:
        row = car("ab75cde", "Jaguar", formerly=["A123BCD", "B123BCD"])
        saved = mapper.save(db, row)
    with mapper.transaction() as db:
        jaguar = mapper.read(db, saved)
        say(f"saved: {jaguar.mark}, once {', '.join(jaguar.formerly)}")
        mapper.save_again(db, jaguar, colour="blue")
    with mapper.transaction() as db:
        jaguar = mapper.read(db, saved)
        say(f"saved again: {jaguar.mark}, {jaguar.colour}")

    with mapper.transaction() as db:
        many = ("AB75 CDF", "AB75 CDG", "AB75 CDH")
        saved = mapper.save_all(db, [car(mark) for mark in many])
    with mapper.transaction() as db:
        # Each by its own id: the one that the mapper has is no other row's.
        say(f"bulk: {marks(mapper.read(db, id) for id in saved)}")
        say(f"found: {marks(mapper.find(db, ['AB75 CDH', 'ab75 cdf']))}")
        say(f"searched: {marks(mapper.search(db, 'ab75 %g'))}")
    with mapper.transaction() as db:
        mapper.upsert(db, car("AB75 CDG", colour="red"))
    with mapper.transaction() as db:
        (upserted,) = mapper.find(db, ["AB75 CDG"])
        say(f"upserted: {upserted.mark}, {upserted.colour}")

    for row in car("AB75 IQC"), car("AB75 CDJ", registered=date(2025, 8, 31)):
        attempt(mapper, row["mark"], lambda db: mapper.save(db, row))


def held_day(mapper):
    row = car("AB75 CDJ")
    attempt(mapper, row["mark"], lambda db: mapper.save(db, row))
    register(mapper, row)


ROVER = car("AB75 CDK", "Land Rover")
THREE = [car("AB75 CDL"), car("AB75 CDM", "Land Rover"), car("AB75 CDN")]


def queued_day(mapper):
    """A row that is set aside has no id, and those after it would get another's."""
    held = ", ".join(row["mark"] for row in THREE)
    attempt(mapper, ROVER["mark"], lambda db: mapper.save(db, ROVER))
    attempt(mapper, held, lambda db: mapper.save_all(db, THREE))
    with mapper.transaction() as db:
        found = mapper.find(db, [row["mark"] for row in [ROVER, *THREE]])
        say(f"of them registered: {len(found)}")


def state(row):
    return f"{row.mark} {'registered' if row.ticket is None else 'waits'}"


def pending_day(mapper):
    """A row that waits in place is a row like any other."""
    with mapper.transaction() as db:
        saved = mapper.save(db, ROVER)
    with mapper.transaction() as db:
        row = mapper.read(db, saved)
        say(f"saved: {state(row)}")
        mapper.add_keeper(db, row, "Smith")
        mapper.save_again(db, row, colour="green")
    with mapper.transaction() as db:
        row = mapper.read(db, saved)
        (keeper,) = mapper.keepers(db, row)
        say(f"saved again: {state(row)}, {row.colour}, kept by {keeper.name}")
        saved = mapper.save_all(db, THREE)
    with mapper.transaction() as db:
        say(f"bulk: {', '.join(state(mapper.read(db, id)) for id in saved)}")
        mapper.upsert(db, dict(THREE[1], colour="white"))
    with mapper.transaction() as db:
        (row,) = mapper.find(db, [THREE[1]["mark"]])
        say(f"upserted: {state(row)}, {row.colour}")
    for _ in range(2):
        with mapper.transaction() as db:
            say(f"registered: {marks(mapper.registered(db))}")


def tell(mapper):
    pid = mapper.pid()
    ordinary_day(mapper)
    held_day(mapper)
    queued_day(mapper)
    pending_day(mapper)
    say(f"connection: {'kept' if mapper.pid() == pid else 'another'}")
