"""Records that an import refused: to look at, and to take home."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from core.csv_lines import csv_line
from integrations.models import ImportUpload, RejectedRecord


@dataclass(frozen=True, slots=True)
class Rejected:
    """Where a record stands, why it was refused, and its text as it came, secrets removed."""

    record: str
    reason: str
    raw: str


class RejectedRows:
    """Rejected records of an upload's last run, in the order they were met; read as they are asked for."""

    def __init__(self, rows: "QuerySet[Any]") -> None:
        self._rows = rows.order_by("id").values_list("record", "reason", "raw")

    def __iter__(self) -> Iterator[Rejected]:
        return (Rejected(*row) for row in self._rows.iterator())

    def __getitem__(self, part: slice) -> list[Rejected]:
        return [Rejected(*row) for row in self._rows[part]]


def rejected_rows(upload: ImportUpload, user: User) -> RejectedRows:
    rows = RejectedRecord.objects.readable_by(user).filter(run_id=upload.run_id)
    return RejectedRows(rows.filter(project_id=upload.project_id) if upload.project_id else rows)


def rejected_csv(rows: Iterable[Rejected]) -> Iterator[str]:
    yield csv_line(("record", "reason", "raw"))
    for row in rows:
        yield csv_line((row.record, row.reason, row.raw))


def rejected_jsonl(rows: Iterable[Rejected]) -> Iterator[str]:
    for row in rows:
        yield json.dumps(asdict(row), ensure_ascii=False) + "\n"
