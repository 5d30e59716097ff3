"""Query counts of pages, held by a reviewed file: a page that asks more often fails until somebody agrees.

The file is tests/query_counts.json: {"name of the page": queries}. `pytest --update-query-counts` writes it.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

PATH = Path(__file__).parent / "query_counts.json"


class QueryBaseline:
    """Call it as `with query_baseline("overview"): client.get("/")`. Both engines share the count."""

    def __init__(self, path: Path, *, is_updating: bool) -> None:
        self.path = path
        self.is_updating = is_updating

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        with CaptureQueriesContext(connection) as captured:
            yield
        if self.is_updating:
            self._write(name, len(captured))
            return
        expected = self._read().get(name)
        if expected is None:
            pytest.fail(f"{self.path.name} has no count of “{name}”: run pytest --update-query-counts.")
        if len(captured) != expected:
            asked = "\n".join(f"{number}. {query['sql']}" for number, query in enumerate(captured, 1))
            pytest.fail(f"“{name}” takes {len(captured)} queries, {self.path.name} says {expected}:\n{asked}")

    def _read(self) -> dict[str, int]:
        return dict(json.loads(self.path.read_text())) if self.path.exists() else {}

    def _write(self, name: str, count: int) -> None:
        counts = {**self._read(), name: count}
        self.path.write_text(json.dumps(counts, indent=2, sort_keys=True, ensure_ascii=False) + "\n")
