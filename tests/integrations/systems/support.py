"""What the tests of import_system share: the samples, small databases, and all that we store as text."""

import json
import lzma
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.db.models import Count, Max, Min, QuerySet, Sum

from billing.models import TokenUsage
from integrations.services.systems.run import import_system


def sample_folder(name: str) -> Path:
    """A folder of ../shared/systems, such as "s1-ai-builder/head"; the test skips where it is not there."""
    folder = Path(settings.BASE_DIR).parent / "shared" / "systems" / name
    if not folder.is_dir():
        pytest.skip("the databases of the five systems are not beside this checkout (../shared/systems)")
    return folder


def unpacked(name: str, into: Path) -> Path:
    """The sample's database, unpacked into the folder `into`."""
    packed = next(sample_folder(name).glob("*.xz"))
    target = into / packed.stem
    target.write_bytes(lzma.decompress(packed.read_bytes()))
    return target


def expected(name: str) -> dict[str, Any]:
    """The sample's true figures."""
    found: dict[str, Any] = json.loads(next(sample_folder(name).glob("*.expected.json")).read_text())
    return found


def sqlite_file(path: Path, script: str) -> Path:
    """A small SQLite database."""
    with closing(sqlite3.connect(path)) as made:
        made.executescript(script)
        made.commit()
    return path


def imported(kind: str, location: Path | str, **options: Any) -> dict[str, Any]:
    """The command's JSON, after holding that every row that was read is accounted for."""
    if zone := options.pop("time_zone", None):
        options["time_zone"] = ZoneInfo(zone)
    result = import_system(kind=kind, location=str(location), **options).as_json()
    for name, table in result["tables"].items():
        outcomes = sum(table[outcome] for outcome in ("created", "updated", "unchanged", "rejected"))
        assert table["read"] == outcomes, name
        assert sum(table["reasons"].values()) == table["rejected"], name
    return result


def assert_nothing_changes(result: dict[str, Any]) -> None:
    """A second import: nothing created, nothing updated."""
    changed = {
        name: (table["created"], table["updated"])
        for name, table in result["tables"].items()
        if table["created"] or table["updated"]
    }
    assert changed == {}


def usage_by(*fields: str, **filters: Any) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Booked rows, tokens and cost by these fields of the ledger."""
    sums = {
        "rows": Count("pk"),
        "input_tokens": Sum("input_tokens"),
        "output_tokens": Sum("output_tokens"),
        "cost": Sum("cost"),
    }
    groups = TokenUsage.objects.booked().filter(**filters).order_by().values(*fields).annotate(**sums)
    return {tuple(group[field] for field in fields): {name: group[name] for name in sums} for group in groups}


def clock(rows: QuerySet[Any], field: str) -> dict[str, Any]:
    """A column's clock as expected.json has it: known values, bounds, and the sum of whole epoch seconds."""
    known = rows.filter(**{f"{field}__isnull": False})
    bounds = known.aggregate(first=Min(field), last=Max(field))
    total = sum(int(value.timestamp()) for value in known.values_list(field, flat=True).iterator())
    return {
        "not_null": known.count(),
        "min_utc": f"{bounds['first']:%Y-%m-%dT%H:%M:%SZ}",
        "max_utc": f"{bounds['last']:%Y-%m-%dT%H:%M:%SZ}",
        "sum_epoch_seconds": total,
    }


def stored_texts() -> Iterator[str]:
    """Every text and JSON value of every table of ours, as it lies in the database."""
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            columns = [
                f'CAST("{field.column}" AS TEXT)'
                for field in model._meta.concrete_fields
                if isinstance(field, models.CharField | models.TextField | models.JSONField)
            ]
            if columns:
                cursor.execute(f'SELECT {", ".join(columns)} FROM "{model._meta.db_table}"')
                for row in cursor.fetchall():
                    yield from (value for value in row if value)


def assert_none_stored(secrets: Iterable[str], *elsewhere: str) -> None:
    """None of `secrets` stands in our database, nor in `elsewhere` (output, logs)."""
    wanted = sorted({secret for secret in secrets if secret})
    assert wanted, "there is no secret to look for"
    haystack = "\n".join([*stored_texts(), *elsewhere])
    assert [secret for secret in wanted if secret in haystack] == []
    if connection.vendor == "sqlite":
        # The file's bytes, with all that was written and is gone again.
        pages = connection.connection.serialize()
        assert [secret for secret in wanted if secret.encode() in pages] == []
