"""manage.py create_owner_link: a one-time link by which somebody becomes the first owner."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.first_owner import OwnerExistsError, link_token
from core.commands import ReportingCommand


class Command(ReportingCommand):
    help = "Print a link that makes the first owner: good for a day, once, while there is no owner."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--if-needed", action="store_true", help="Say nothing when there is an owner.")

    def run(self, **options: Any) -> int:
        try:
            token = link_token()
        except OwnerExistsError:
            if options["if_needed"]:
                return 0
            said = "There is an owner who can sign in. Owners make further accounts."
            self.print_result({"url": None, "reason": said}, said)
            return 1
        url = f"{_address()}{reverse('first_owner', args=[token])}"
        self.print_result({"url": url}, f"To make the first account, open within a day:\n{url}")
        return 0


def _address() -> str:
    return settings.PUBLIC_URL or f"http://127.0.0.1:{settings.PORT}"
