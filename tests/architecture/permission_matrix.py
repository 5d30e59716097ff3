"""The matrix of docs/permissions.md. `python -m tests.architecture.permission_matrix` writes it anew."""

import re
from pathlib import Path

from core.permissions import PROJECT_ROLES, TABLE, Grant

PAGE = Path(__file__).resolve().parents[2] / "docs" / "permissions.md"
INSTALLATION = ("member", "finance", "auditor", "owner")
_PART = re.compile(r"(?<=<!-- matrix -->\n)(?:\|[^\n]*\n)*")


def matrix() -> str:
    """Actions as rows, roles as columns; every cell says yes or no."""
    roles = (*PROJECT_ROLES, *INSTALLATION)
    lines = [f"| may | {' | '.join(roles)} |", f"|---|{'---|' * len(roles)}"]
    lines += [f"| {action.value} | {' | '.join(cells(grant))} |" for action, grant in TABLE.items()]
    return "\n".join(lines) + "\n"


def cells(grant: Grant) -> list[str]:
    of_projects = ["yes" if role in grant.project else "–" for role in PROJECT_ROLES]
    return of_projects + ["yes" if role in grant.installation else "–" for role in INSTALLATION]


def shown() -> str:
    """The matrix as the page shows it."""
    found = _PART.search(PAGE.read_text())
    return found[0] if found else ""


if __name__ == "__main__":
    PAGE.write_text(_PART.sub(lambda _: matrix(), PAGE.read_text(), count=1))
