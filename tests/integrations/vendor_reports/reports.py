"""Small reports of both providers, written by the tests as the providers write them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from billing.models import ProviderReportedUsage
from integrations.services.results import ImportResult
from integrations.services.vendor_reports import import_vendor_report

START = 1_793_491_200
"""1 November 2026, 00:00 UTC."""
DAY = 86_400


def openai_result(**fields: Any) -> dict[str, Any]:
    return {
        "object": "organization.usage.completions.result",
        "input_tokens": 100,
        "input_cached_tokens": 20,
        "output_tokens": 10,
        "num_model_requests": 2,
        "project_id": None,
        "user_id": None,
        "api_key_id": None,
        "model": "gpt-5",
        "batch": None,
        "service_tier": None,
        **fields,
    }


def openai_bucket(*results: Any, day: int = 0, seconds: int = DAY, start: int = START) -> dict[str, Any]:
    begin = start + day * DAY
    return {"object": "bucket", "start_time": begin, "end_time": begin + seconds, "results": list(results)}


def anthropic_bucket(*results: Any, day: int = 1) -> dict[str, Any]:
    return {
        "starting_at": f"2026-11-{day:02}T00:00:00Z",
        "ending_at": f"2026-11-{day + 1:02}T00:00:00Z",
        "results": list(results),
    }


def anthropic_result(**fields: Any) -> dict[str, Any]:
    return {
        "uncached_input_tokens": 10,
        "cache_creation": {"ephemeral_1h_input_tokens": 3, "ephemeral_5m_input_tokens": 4},
        "cache_read_input_tokens": 5,
        "output_tokens": 6,
        "server_tool_use": {"web_search_requests": 1},
        "api_key_id": None,
        "workspace_id": None,
        "model": "claude-haiku-4-5",
        "service_tier": "standard",
        "context_window": "0-200k",
        **fields,
    }


def page(*buckets: Any, has_more: bool = False) -> dict[str, Any]:
    return {
        "object": "page",
        "data": list(buckets),
        "has_more": has_more,
        "next_page": "x" if has_more else None,
    }


def load(kind: str, folder: Path, *documents: Any, **options: Any) -> ImportResult:
    """Import `documents`, each from a file of its own: text as it stands, anything else as JSON."""
    paths = []
    for number, document in enumerate(documents):
        is_text = isinstance(document, str)
        path = folder / f"report-{number}.{'csv' if is_text else 'json'}"
        path.write_text(document if is_text else json.dumps(document), encoding="utf-8")
        paths.append(path)
    return import_vendor_report(kind=kind, paths=paths, **options)


def counts(result: ImportResult) -> Mapping[str, int]:
    """Those that are not 0."""
    return {name: number for name, number in result.counts.as_dict().items() if number}


def stored(*fields: str) -> list[tuple[Any, ...]]:
    return list(ProviderReportedUsage.objects.order_by("period_start", "model", "id").values_list(*fields))
