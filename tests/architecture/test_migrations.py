"""A migration is history: it says what it does, and runs the same whatever the code becomes."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.house import APPS, ROOT

MIGRATIONS = [
    pytest.param(path, id=f"{path.parent.parent.name}.{path.stem}")
    for app in APPS
    for path in sorted((ROOT / app / "migrations").glob("[0-9]*.py"))
]
ALLOWED = ("django", "core.fields", "core.encryption", "core.ids", "uuid", "datetime", "decimal", "typing")
"""Column types and their defaults, which a migration cannot do without; they stay where they are."""


@pytest.mark.parametrize("path", MIGRATIONS)
def test_it_has_a_name(path: Path) -> None:
    assert re.fullmatch(r"\d{4}_[a-z][a-z0-9_]*", path.stem)
    assert "auto_" not in path.stem


@pytest.mark.parametrize("path", MIGRATIONS)
def test_it_imports_no_live_code(path: Path) -> None:
    imported = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            imported += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            imported.append(node.module or "")
    assert [name for name in imported if not name.startswith(ALLOWED)] == []
