"""What a module makes of the lines of a provider's report."""

import json
from collections.abc import Callable, Collection, Generator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from billing.models.provider_report import ReportKind
from integrations.sources.parsed import Ignored, Notice, Rejection, Repeat

SHAPE_BYTES = 6
_KEY_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLine:
    """One line. Input contains cached tokens, as in the ledger; None means that the report does not say.

    `names` holds every grouping column that has a value, by the report's own name for it: what tells the line
    from others of its period. `columns` are those that ProviderReportedUsage keeps, by its names.
    """

    where: str
    provider: str
    kind: ReportKind
    request_type: str
    period_start: datetime
    period_end: datetime
    names: tuple[tuple[str, str], ...]
    columns: Mapping[str, Any]
    raw: Mapping[str, Any]

    requests: int | None = None
    input_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    cache_write_1h_tokens: int | None = None
    output_tokens: int | None = None
    input_audio_tokens: int | None = None
    output_audio_tokens: int | None = None
    web_search_requests: int | None = None
    quantity: Decimal | None = None
    quantity_unit: str = ""
    amount: Decimal | None = None
    currency: str = ""

    grouping: tuple[str, ...] = ()
    """The columns by which the line's period is split: those that any of its lines has a value in."""
    ordinal: int = 0
    """How many other lines of the same names stand before it in its period."""

    @property
    def key(self) -> bytes:
        """16 bytes that name the line, whatever its figures: the first 6 name how its period is split.

        So two reports of one period that are split in different ways can be told apart, and are never added.
        """
        shape = [self.provider, self.kind.value, self.request_type, *sorted(self.grouping)]
        span = [self.period_start.isoformat(), self.period_end.isoformat()]
        line = [*shape[:3], *span, sorted(self.names), self.ordinal]
        return _digest(shape)[:SHAPE_BYTES] + _digest(line)[: _KEY_BYTES - SHAPE_BYTES]


ReportItem = ReportLine | Repeat | Rejection | Ignored | Notice

EMPTY_PERIOD = Ignored("periods without usage")


@dataclass(frozen=True, slots=True)
class VendorReport:
    """A kind of report. Its readers raise BadValueError, which names the field.

    `of_result(where, bucket, result)` reads a result of an API page, `of_row(where, row)` a row of a CSV file
    (None: a period without usage), `missing(columns)` says why a CSV file with these columns is none of it.
    """

    kind: str
    provider: str
    tells: ReportKind
    of_result: Callable[[str, Mapping[str, Any], Mapping[str, Any]], ReportLine]
    of_row: Callable[[str, Mapping[str, str], str], ReportLine | None]
    missing: Callable[[Collection[str]], str]


Items = Generator[ReportItem, None, None]


def _digest(value: Any) -> bytes:
    return sha256(json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode()).digest()
