"""Small rooms, and nothing in them that belongs to one machine."""

import re
import statistics
from pathlib import Path

from tests.architecture.house import APPS, ROOT, source_files

WRITTEN = [
    path
    for path in source_files(".py", ".html", ".css", ".js", ".svg")
    if "vendor" not in path.parts and "migrations" not in path.parts
]
MODULES = [path for path in WRITTEN if path.suffix == ".py" and path.parts[0] in APPS]
MACHINE = re.compile(
    r"(?<![\w.])/(root|work)/"  # somebody's folders
    r"|https?://[^/\s\"]*pypi\.|files\.pythonhosted|--(extra-)?index-url|registry\.npmjs"
)


def _length(path: Path) -> int:
    return len((ROOT / path).read_text().splitlines())


def test_no_file_is_long() -> None:
    assert [f"{path}: {length}" for path in WRITTEN if (length := _length(path)) > 400] == []


def test_most_modules_are_short() -> None:
    lengths = [length for path in MODULES if (length := _length(path))]
    assert statistics.median(lengths) < 80


def test_no_module_is_a_heap() -> None:
    """A name that says nothing collects everything."""
    heaps = {"utils", "util", "helpers", "helper", "misc", "common"}
    assert [path for path in MODULES if path.stem in heaps] == []


def test_nothing_names_a_machine_or_a_registry() -> None:
    found = []
    for path in source_files():
        # Data that others wrote, and this file, which spells out what it looks for.
        if (
            "vendor" in path.parts
            or path == Path(__file__).relative_to(ROOT)
            or path.suffix in {".png", ".jpg", ".ico", ".woff2", ".gz"}
        ):
            continue
        text = (ROOT / path).read_text()
        found += [f"{path}: {match.group()}" for match in MACHINE.finditer(text)]
    assert found == []
