"""docs/threat-model.md names the tests that prove it; each must exist."""

import ast
import re

from tests.architecture.house import ROOT

_PROOF = re.compile(r"`(?P<path>tests/[\w/]+\.py)(?:::(?P<name>\w+))?`")


def test_every_proof_that_it_names_exists() -> None:
    named = list(_PROOF.finditer((ROOT / "docs" / "threat-model.md").read_text()))
    assert len(named) > 30
    assert [match[0] for match in named if not exists(match["path"], match["name"])] == []


def test_every_row_names_a_proof() -> None:
    text = (ROOT / "docs" / "threat-model.md").read_text()
    held = text[text.index("## How each is held") : text.index("## What is not held")]
    rows = [line for line in held.splitlines() if line.startswith("| ") and not line.startswith("| threat")]
    assert len(rows) > 30
    assert [row for row in rows if not _PROOF.search(row)] == []


def exists(path: str, name: str | None) -> bool:
    file = ROOT / path
    if not file.is_file():
        return False
    if name is None:
        return True
    tree = ast.parse(file.read_text())
    return any(isinstance(node, ast.FunctionDef) and node.name == name for node in ast.walk(tree))
