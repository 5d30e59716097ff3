"""OpenAI's costs: GET /v1/organization/costs, and the dashboard's cost CSV. Days alone.

https://platform.openai.com/docs/api-reference/usage/costs

`amount.value` (in the CSV `amount_value`) is US dollars as billed, which may differ from usage times price.
`line_item` names a model and a kind of token ("gpt-4o-2024-08-06, cached input"), or a service.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any

from billing.models.provider_report import ReportKind
from integrations.sources.values import BadValueError, plain
from integrations.vendor_reports.fields import (
    WrongReportError,
    bare,
    grouping_names,
    kept_columns,
    name_of,
    period,
    quantity_of,
    signed_dollars,
    us_dollars,
)
from integrations.vendor_reports.line import ReportLine, VendorReport

_TIMES = ("start_time", "end_time", "start_time_iso", "end_time_iso")
_COLUMNS = {
    "line_item": "line_item",
    "project_id": "vendor_project",
    "user_id": "vendor_user",
    "api_key_id": "api_key",
    "organization_id": "",
}
_LEFT_OUT = frozenset(
    {
        *_TIMES,
        "object",
        "organization_name",
        "project_name",
        "user_email",
        "amount",
        "amount_value",
        "amount_currency",
        "quantity",
        "quantity_unit",
    }
)
_MODEL = re.compile(r"(?P<model>[^\s,|]+)(?: (?:audio|image|text))?, [\w ]+")


def of_result(where: str, bucket: Mapping[str, Any], result: Mapping[str, Any]) -> ReportLine:
    if "num_model_requests" in result:
        raise WrongReportError("is OpenAI's usage report: import it as openai-usage")
    billed = result.get("amount")
    if not isinstance(billed, Mapping):
        if name_of(result.get("cost_type")):
            raise WrongReportError("is Anthropic's cost report: import it as anthropic-cost")
        raise BadValueError("amount: missing; it holds value and currency")
    return _line(where, bucket, result, billed.get("value"), billed.get("currency"), "amount.")


def of_row(where: str, row: Mapping[str, str], file_name: str) -> ReportLine | None:
    if bare(row, *_TIMES):
        return None
    result = {name: value for name, value in row.items() if name not in _TIMES}
    return _line(where, row, result, row.get("amount_value"), row.get("amount_currency"), "amount_")


def missing(columns: Collection[str]) -> str:
    if "amount_value" in columns:
        return ""
    if "num_model_requests" in columns:
        return "is OpenAI's usage CSV: import it as openai-usage"
    return "amount_value: no such column; it is no cost CSV of OpenAI's dashboard"


def _line(
    where: str,
    bucket: Mapping[str, Any],
    result: Mapping[str, Any],
    value: Any,
    currency: Any,
    prefix: str,
) -> ReportLine:
    start, end = (
        name if bucket.get(name) not in (None, "") else f"{name}_iso" for name in ("start_time", "end_time")
    )
    begins, ends = period(bucket.get(start), start, bucket.get(end), end)
    dollars = signed_dollars(value, f"{prefix}value")
    if dollars is None:
        raise BadValueError(f"{prefix}value: missing")
    names = grouping_names(result, _COLUMNS, _LEFT_OUT)
    item = names.get("line_item", "")
    named = _MODEL.fullmatch(item)
    return ReportLine(
        where=where,
        provider="openai",
        kind=ReportKind.COST,
        request_type="",
        period_start=begins,
        period_end=ends,
        names=tuple(sorted(names.items())),
        columns={**kept_columns(names, _COLUMNS), "model": named["model"] if named else ""},
        raw=plain({**{name: bucket[name] for name in _TIMES if name in bucket}, **result}),
        quantity=quantity_of(result.get("quantity"), "quantity"),
        quantity_unit=name_of(result.get("quantity_unit")),
        amount=dollars,
        currency=us_dollars(currency, f"{prefix}currency"),
    )


REPORT = VendorReport("openai-costs", "openai", ReportKind.COST, of_result, of_row, missing)
