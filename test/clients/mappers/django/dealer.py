"""A dealer's registrations with Django. PGHOST and the like say where."""

import os
import re

import django
from django.conf import settings
from django.db import connection, models, transaction
from django.db.utils import Error

import story

settings.configure(
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": os.environ["PGDATABASE"],
        }
    },
    USE_TZ=True,
)
django.setup()


class PlateField(models.Field):
    def db_type(self, connection):
        return "plate"


class PlatesField(models.Field):
    """plate[], which psycopg reads as a string and would send as text[]."""

    def db_type(self, connection):
        return "plate[]"

    def get_prep_value(self, marks):
        return "{%s}" % ",".join(marks)

    def from_db_value(self, marks, expression, connection):
        return re.findall("[A-Z0-9 ]+", marks)


class Registration(models.Model):
    id = models.AutoField(primary_key=True)
    mark = PlateField(unique=True)
    registered = models.DateField()
    make = models.TextField()
    colour = models.TextField(null=True)
    formerly = PlatesField()
    ticket = models.BigIntegerField(null=True, editable=False)

    class Meta:
        app_label = "dealer"
        db_table = "registration"
        managed = False


class Keeper(models.Model):
    id = models.AutoField(primary_key=True)
    registration = models.ForeignKey(Registration, models.PROTECT)
    name = models.TextField()

    class Meta:
        app_label = "dealer"
        db_table = "keeper"
        managed = False


class Dealer:
    Refused = Error
    transaction = staticmethod(transaction.atomic)

    def pid(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            return cursor.fetchone()[0]

    def schema(self):
        return "cannot: inspectdb guesses TextField for a type that it does not know"

    def drift(self):
        return "cannot: makemigrations compares models with migrations alone"

    def save(self, db, row):
        return Registration.objects.create(**row).id

    def save_again(self, db, saved, **change):
        for name, value in change.items():
            setattr(saved, name, value)
        saved.save()

    def read(self, db, id):
        return Registration.objects.get(id=id)

    def find(self, db, marks):
        return Registration.objects.filter(mark__in=marks).order_by("mark")

    def search(self, db, pattern):
        return Registration.objects.extra(where=["mark ILIKE %s"], params=[pattern])

    def upsert(self, db, row):
        # From 4.1 on.  What there was before asks first.
        if django.VERSION >= (4, 1):
            Registration.objects.bulk_create(
                [Registration(**row)],
                update_conflicts=True,
                unique_fields=["mark"],
                update_fields=["colour"],
            )
        else:
            Registration.objects.update_or_create(mark=row["mark"], defaults=row)

    def save_all(self, db, rows):
        saved = Registration.objects.bulk_create(Registration(**row) for row in rows)
        return [row.id for row in saved]

    def add_keeper(self, db, saved, name):
        saved.keeper_set.create(name=name)

    def keepers(self, db, saved):
        return saved.keeper_set.all()

    def registered(self, db):
        return Registration.objects.filter(ticket__isnull=True).order_by("mark")

    def diagnostics(self, error):
        return error.__cause__.diag


story.tell(Dealer())
