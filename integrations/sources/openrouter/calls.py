"""From a row of OpenRouter's activity to a ledger event."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from billing.ledger.events import UsageEvent
from integrations.sources.json_records import Record
from integrations.sources.nested import first
from integrations.sources.parsed import ParsedUsage
from integrations.sources.values import BadValueError, amount, count, moment, native_id, text

_REQUIRED = ("generation_id", "created_at", "tokens_prompt", "tokens_completion")
_DAILY = frozenset({"requests", "prompt tokens", "prompt_tokens"})
_TOKENS = ("tokens_prompt", "tokens_completion", "tokens_reasoning", "tokens_cached")
_PLAIN_VARIANTS = frozenset({"", "standard"})


def refusal(names: Collection[str]) -> str:
    missing = [name for name in _REQUIRED if name not in names]
    if not missing:
        return ""
    lowered = {name.lower() for name in names}
    if "date" in lowered and not _DAILY.isdisjoint(lowered):
        return "is OpenRouter's daily activity, which adds calls up: export the activity call by call instead"
    return f"is no activity export of OpenRouter: column {', '.join(missing)} is missing"


def parse(record: Record) -> ParsedUsage:
    """Raises BadValueError, naming the column."""
    row = record.value
    if not row.get("generation_id"):
        raise BadValueError("generation_id: missing")
    generation = text(row["generation_id"], 1_000)
    read_tokens, written, thought, cached = (count(row.get(name), name) for name in _TOKENS)
    if read_tokens is not None and (cached or 0) > read_tokens:
        # Parts cannot exceed the whole: it leaves them out here.
        read_tokens += cached or 0
    if written is not None and (thought or 0) > written:
        written += thought or 0
    event = UsageEvent(
        occurred_at=moment(row.get("created_at"), "created_at"),
        provider="openrouter",
        model=_model(row),
        source="",
        native_id=native_id(generation),
        dedup_scope="openrouter",
        status=_status(row, is_measured=bool(read_tokens or written)),
        input_tokens=read_tokens,
        cache_read_tokens=cached,
        output_tokens=written,
        reasoning_tokens=thought,
        reported_cost=_cost(row),
        latency_ms=count(row.get("generation_time_ms"), "generation_time_ms"),
        time_to_first_token_ms=count(row.get("time_to_first_token_ms"), "time_to_first_token_ms"),
        person_label=text(row.get("user"), 320),
        tags=_tags(row),
        observer="openrouter",
        response_id=generation if len(generation) <= 200 else "",
        raw_usage={name: row[name] for name in _TOKENS if row.get(name)} or None,
    )
    return ParsedUsage(record.where, text(first(row, "api_key_name", "app_name"), 200), event)


def _model(row: dict[str, Any]) -> str:
    """Such as "openai/gpt-4o" or "meta-llama/llama-3.3-70b:free": another variant has another price."""
    model = text(first(row, "model_permaslug", "model"), 180)
    variant = text(row.get("variant"), 20)
    return model if variant in _PLAIN_VARIANTS or ":" in model else f"{model}:{variant}"


def _status(row: dict[str, Any], *, is_measured: bool) -> str:
    if str(row.get("cancelled")).lower() != "true":
        return "ok"
    return "partial" if is_measured else "cancelled"


def _cost(row: dict[str, Any]) -> Decimal | None:
    total = amount(row.get("cost_total"), "cost_total")
    own_key = amount(row.get("byok_usage_inference"), "byok_usage_inference")
    return total if total is None else total + (own_key or 0)


def _tags(row: dict[str, Any]) -> tuple[str, ...]:
    """The app, and the provider that OpenRouter passed the call to."""
    named = (("app", row.get("app_name")), ("provider", row.get("provider_name")))
    return tuple(f"{name}:{text(value, 150)}" for name, value in named if value)
