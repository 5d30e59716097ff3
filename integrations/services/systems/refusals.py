"""Why the database refused a row, in words that hold none of its values."""

import re

from django.db import DatabaseError

_SQLITE_RULE = re.compile(r"(UNIQUE|CHECK|NOT NULL|FOREIGN KEY) constraint failed(?:: ([\w., ]+))?")


def refusal(error: DatabaseError) -> str:
    """The rule that was broken. PostgreSQL's messages quote the row, so only its diagnosis is used."""
    diagnosis = getattr(error.__cause__, "diag", None)
    if diagnosis is not None:
        name = diagnosis.constraint_name or diagnosis.column_name
        what = str(getattr(error.__cause__, "sqlstate", "") or type(error.__cause__).__name__)
        return f"breaks the rule {name}" if name else f"the database refused it ({what})"
    found = _SQLITE_RULE.search(str(error))
    if found:
        kind, name = found.groups()
        return f"breaks the rule {name}" if kind == "CHECK" else f"{kind.lower()}: {name or 'a link'}"
    return f"the database refused it ({type(error).__name__})"
