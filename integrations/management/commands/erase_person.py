"""manage.py erase_person: take away on request what a person wrote, and what is kept about them."""

from argparse import ArgumentParser
from contextlib import suppress
from typing import Any
from uuid import UUID

from accounts.models import Person
from core.commands import ReportingCommand, UsageError
from integrations.services.erasure.certificate import certificate_data, dollars
from integrations.services.erasure.erase import ErasureError, erase, figures_of, remaining


class Command(ReportingCommand):
    help = "Erase a person's content and data, and print the certificate. Their spend stays."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("person", metavar="PERSON-ID", help="The id on the person's page.")
        parser.add_argument("--reason", default="", help="Such as the number of the request.")
        parser.add_argument("--keep-name", action="store_true", help="Write the name into the certificate.")
        parser.add_argument("--dry-run", action="store_true", help="Count what would go, and change nothing.")

    def run(self, **options: Any) -> int:
        person = _person(options["person"])
        if options["dry_run"]:
            return self._preview(person)
        try:
            erasure = erase(person, reason=options["reason"], keep_name=options["keep_name"])
        except ErasureError as error:
            self.print_result({"error": str(error)}, str(error))
            return 1
        data = certificate_data(erasure)
        lines = [f"{number:,} {table}" for table, number in data["counts"].items()]
        end = f"Certificate {erasure.pk}: {_spend(data['calls'], data['spend_usd'])}, before and after."
        self.print_result(data, *lines, end)
        return 0

    def _preview(self, person: Person) -> int:
        counts, figures = dict(sorted(remaining(person).items())), figures_of(person.pk)
        spend = dollars(figures.spend_nano)
        data = {
            "dry_run": True,
            "person": str(person.pk),
            "counts": counts,
            "calls": figures.calls,
            "spend_usd": spend,
        }
        lines = [f"{number:,} {table}" for table, number in counts.items()]
        self.print_result(data, *lines, f"Would stay: {_spend(figures.calls, spend)}.")
        return 0


def _spend(calls: int, spend: str | None) -> str:
    return f"{calls:,} calls, {'unknown cost' if spend is None else f'{spend} USD'}"


def _person(text: str) -> Person:
    person: Person | None = None
    with suppress(ValueError):
        person = Person.objects.filter(pk=UUID(text)).first()
    if person is None:
        raise UsageError(f"There is no person with the id “{text}”.")
    return person
