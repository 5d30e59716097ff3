"""Asking before something is taken away."""

import sys
from pathlib import Path

from django.db import connection

from core.commands import UsageError


def is_meant(what: str, *, is_confirmed: bool) -> None:
    """Return when it is meant; raises UsageError when it is not, or nobody is there to ask."""
    if is_confirmed:
        return
    name = Path(str(connection.settings_dict["NAME"])).name
    if not sys.stdin.isatty():
        raise UsageError(f"The database {name} would be {what}. Say --yes if that is meant.")
    if input(f"The database {name} will be {what}. Type its name to go on: ").strip() != name:
        raise UsageError("Nothing was changed.")
