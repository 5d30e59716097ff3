"""From a report's files to its lines: JSON pages or CSV, whichever a file holds."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from integrations.sources.content import EmptyFileError, WrongContentError
from integrations.sources.csv_records import Header, rows_of
from integrations.sources.files import READ_ERRORS, InputFile, TextInput, open_text, read_fault
from integrations.sources.parsed import Notice, OnBytes, Rejection, Repeat
from integrations.sources.redaction import record_text
from integrations.sources.values import BadValueError, optional_moment
from integrations.vendor_reports.fields import WrongReportError
from integrations.vendor_reports.line import (
    EMPTY_PERIOD,
    Items,
    ReportItem,
    ReportLine,
    VendorReport,
)
from integrations.vendor_reports.pages import Page, pages_of

SUFFIXES = (".json", ".jsonl", ".ndjson", ".csv")


@dataclass(slots=True)
class _Met:
    """Where the buckets of all pages begin, and where pages that are not the last of their report end."""

    starts: set[datetime] = field(default_factory=set)
    unfinished: list[tuple[str, datetime | None]] = field(default_factory=list)


def read_report(report: VendorReport, files: Sequence[InputFile], on_bytes: OnBytes) -> Items:
    """The lines of `files`, one file after the other, and what else there is to say of them."""
    met = _Met()
    for file in files:
        try:
            with open_text(file, on_bytes) as opened:
                yield from _read_one(report, file, opened, met)
        except WrongReportError as error:
            yield Rejection(file.name, str(error))
        except (EmptyFileError, WrongContentError) as error:
            yield Rejection(file.name, str(error))
        except READ_ERRORS as error:
            yield Rejection(file.name, read_fault(error))
    for where, end in met.unfinished:
        if end is None or end not in met.starts:
            yield Notice(f"{where}: the provider has more pages than are here; what they say is missing.")


def _read_one(report: VendorReport, file: InputFile, opened: TextInput, met: _Met) -> Iterator[ReportItem]:
    if opened.head.lstrip("\ufeff \t\r\n")[:1] in {"{", "["}:
        for page in pages_of(file.name, opened.text):
            if isinstance(page, Rejection):
                yield page
            else:
                yield from _page_items(report, page, met)
        return
    yield from _rows(report, file.name, opened)


def _page_items(report: VendorReport, page: Page, met: _Met) -> Iterator[ReportItem]:
    ends: list[datetime] = []
    for bucket in page.buckets:
        begin = _time(bucket.value, "start_time", "starting_at")
        end = _time(bucket.value, "end_time", "ending_at")
        met.starts |= {begin} if begin else set()
        ends += [end] if end else []
        if not bucket.results:
            yield EMPTY_PERIOD
        lines: list[ReportLine] = []
        for number, result in enumerate(bucket.results, start=1):
            where = f"{bucket.where}, line {number}"
            if not isinstance(result, dict):
                yield Rejection(where, "is not a JSON object", str(result)[:8000])
                continue
            try:
                lines.append(report.of_result(where, bucket.value, result))
            except WrongReportError:
                raise
            except BadValueError as error:
                times = {name: value for name, value in bucket.value.items() if name != "results"}
                yield Rejection(where, str(error), record_text({**times, **result}))
        yield from _told_apart(lines)
    if page.has_more:
        met.unfinished.append((page.where, max(ends, default=None)))


def _time(bucket: Mapping[str, Any], *names: str) -> datetime | None:
    for name in names:
        try:
            if found := optional_moment(bucket.get(name), name):
                return found
        except BadValueError:
            return None
    return None


def _rows(report: VendorReport, name: str, opened: TextInput) -> Iterator[ReportItem]:
    columns: tuple[str, ...] = ()
    lines: list[ReportLine] = []
    for row in rows_of(name, opened):
        if isinstance(row, Rejection):
            yield row
        elif isinstance(row, Header):
            columns = tuple(column.lower() for column in row.names)
            if fault := report.missing(columns):
                yield Rejection(row.where, fault)
                return
        else:
            values = dict(zip(columns, row.cells, strict=True))
            try:
                line = report.of_row(row.where, values, name)
            except BadValueError as error:
                yield Rejection(row.where, str(error), record_text(dict(values)))
                continue
            if line is None:
                yield EMPTY_PERIOD
            else:
                lines.append(line)
    by_period: defaultdict[object, list[ReportLine]] = defaultdict(list)
    for line in lines:
        by_period[line.period_start, line.period_end].append(line)
    for of_period in by_period.values():
        yield from _told_apart(of_period)


def _told_apart(lines: Iterable[ReportLine]) -> Iterator[ReportLine | Repeat]:
    """The lines of one period in one report, with what they are grouped by.

    Two that are alike to the last field are one; two of the same names whose figures differ are two: a column
    that tells them apart is one that we take for a figure.
    """
    lines = list(lines)
    groupings: defaultdict[str, set[str]] = defaultdict(set)
    for line in lines:
        groupings[line.request_type].update(name for name, _ in line.names)
    times: Counter[object] = Counter()
    raws: defaultdict[object, list[object]] = defaultdict(list)
    for line in lines:
        names = (line.request_type, line.names)
        if line.raw in raws[names]:
            yield Repeat(line.where)
            continue
        raws[names].append(line.raw)
        yield replace(line, grouping=tuple(sorted(groupings[line.request_type])), ordinal=times[names])
        times[names] += 1
