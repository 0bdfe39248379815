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


def tell(mapper):
    pid = mapper.pid()
    ordinary_day(mapper)
    held_day(mapper)
    queued_day(mapper)
    say(f"connection: {'kept' if mapper.pid() == pid else 'another'}")
