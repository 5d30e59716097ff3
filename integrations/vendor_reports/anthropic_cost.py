"""Anthropic's costs: GET /v1/organizations/cost_report, and the Console's cost CSV. Days alone.

https://platform.claude.com/docs/en/api/admin-api/usage-cost

`amount` is a decimal string in the currency's smallest unit: "123.45" is 1.2345 US dollars. The Console's
`cost_usd` is dollars. A null workspace is the default one. What is no token, as a web search, has no model.
"""

from collections.abc import Collection, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from billing.models.provider_report import ReportKind
from integrations.sources.values import BadValueError, moment, plain
from integrations.vendor_reports.fields import (
    WrongReportError,
    bare,
    grouping_names,
    kept_columns,
    period,
    signed_dollars,
    us_dollars,
)
from integrations.vendor_reports.line import ReportLine, VendorReport

_CENT = Decimal("0.01")
_DAY = "usage_date_utc"
_COLUMNS = {
    "model": "model",
    "workspace_id": "vendor_project",
    "api_key_id": "api_key",
    "service_tier": "service_tier",
    "context_window": "context_window",
    "inference_geo": "region",
    "cost_type": "",
    "token_type": "",
    "description": "",
}
_CSV_COLUMNS = {
    "model": "model",
    "workspace": "vendor_project",
    "api_key": "api_key",
    "usage_type": "service_tier",
    "context_window": "context_window",
    "inference_geo": "region",
    "cost_type": "",
    "token_type": "",
}
_LEFT_OUT = frozenset({"starting_at", "ending_at", _DAY, "amount", "currency", "cost_usd"})


def of_result(where: str, bucket: Mapping[str, Any], result: Mapping[str, Any]) -> ReportLine:
    if isinstance(result.get("amount"), Mapping):
        raise WrongReportError("is OpenAI's cost report: import it as openai-costs")
    if "uncached_input_tokens" in result:
        raise WrongReportError("is Anthropic's usage report: import it as anthropic-usage")
    cents = signed_dollars(result.get("amount"), "amount")
    if cents is None:
        raise BadValueError("amount: missing")
    times = period(bucket.get("starting_at"), "starting_at", bucket.get("ending_at"), "ending_at")
    currency = us_dollars(result.get("currency"), "currency")
    raw = {**{name: bucket[name] for name in ("starting_at", "ending_at") if name in bucket}, **result}
    return _line(where, times, result, _COLUMNS, cents * _CENT, currency, raw)


def of_row(where: str, row: Mapping[str, str], file_name: str) -> ReportLine | None:
    if bare(row, _DAY):
        return None
    day = moment(row.get(_DAY), _DAY)
    dollars = signed_dollars(row.get("cost_usd"), "cost_usd")
    if dollars is None:
        raise BadValueError("cost_usd: missing")
    return _line(where, (day, day + timedelta(days=1)), row, _CSV_COLUMNS, dollars, "USD", row)


def missing(columns: Collection[str]) -> str:
    if {_DAY, "cost_usd"} <= set(columns):
        return ""
    if "usage_input_tokens_no_cache" in columns:
        return "is Anthropic's usage CSV: import it as anthropic-usage"
    return "cost_usd: no such column; it is no cost CSV of Anthropic's Console"


def _line(
    where: str,
    times: tuple[Any, Any],
    result: Mapping[str, Any],
    columns: Mapping[str, str],
    dollars: Decimal,
    currency: str,
    raw: Mapping[str, Any],
) -> ReportLine:
    names = grouping_names(result, columns, _LEFT_OUT)
    if names.get("inference_geo") == "not_available":
        del names["inference_geo"]
    kept = kept_columns(names, columns)
    tier = kept.get("service_tier", "")
    item = names.get("token_type") or names.get("cost_type") or names.get("description", "")
    return ReportLine(
        where=where,
        provider="anthropic",
        kind=ReportKind.COST,
        request_type="",
        period_start=times[0],
        period_end=times[1],
        names=tuple(sorted(names.items())),
        columns={**kept, "line_item": item, "is_batch": tier.startswith("batch") if tier else None},
        raw=plain(dict(raw)),
        amount=dollars,
        currency=currency,
    )


REPORT = VendorReport("anthropic-cost", "anthropic", ReportKind.COST, of_result, of_row, missing)
