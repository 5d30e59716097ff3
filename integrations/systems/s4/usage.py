"""What a job's columns say of its model call.

`tokens_sent` (`prompt_tokens` in one of the schemas) are all tokens of the prompt: cache reads and writes are
parts of it, as in the ledger. The desktop application's costs show it: tokens_sent and tokens_received at one
price each make up actual_cost, whatever the cache counts say. actual_cost is a REAL column; its shortest
decimal is the amount that was stored.
"""

import re
from decimal import Decimal
from typing import Any

from billing.models import TokenUsage
from billing.pricing.providers import canonical_provider
from integrations.systems.fields import UNKNOWN_PROVIDER
from integrations.systems.row import Row
from projects.models.work_status import WorkStatus

_APIS = {"gemini": "google", "claude": "anthropic", "groq": "groq", "whisper": "groq"}
"""api_type -> provider. Its whisper is whisper-large-v3: so Groq calls a model, and OpenAI none."""

_SLUG = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}", re.IGNORECASE)
_TRANSCRIBERS = re.compile(r"whisper|transcri", re.IGNORECASE)
_FIGURES = (
    *("api_type", "model_used", "tokens_sent", "tokens_received", "prompt_tokens", "completion_tokens"),
    *("total_tokens", "cache_read_tokens", "cache_write_tokens", "actual_cost"),
)
_STATUS = {
    WorkStatus.SUCCEEDED.value: TokenUsage.Status.OK,
    WorkStatus.FAILED.value: TokenUsage.Status.ERROR,
    WorkStatus.CANCELLED.value: TokenUsage.Status.CANCELLED,
}


def tokens(row: Row, column: str, other: str) -> int | None:
    """A count that has two names: where both are there, the one that is not 0 or empty."""
    count = row.integer(column) if column in row or other not in row else None
    if other not in row:
        return count
    alternative = row.integer(other)
    if count and alternative and count != alternative:
        row.flag("tokens_differ")
    return count or (count if alternative is None else alternative)


def flag_stated_total(row: Row, input_tokens: int | None, output_tokens: int | None) -> None:
    """Flag a total that is not the sum of its parts; 0 is the column's default and states nothing."""
    stated = row.integer("total_tokens") if "total_tokens" in row else None
    if stated and stated != (input_tokens or 0) + (output_tokens or 0):
        row.flag("total_differs")


def provider(row: Row, model: str) -> str:
    """The provider by the model's prefix ("anthropic/claude-…"), else by api_type; "" where neither says."""
    prefix, slash, _ = model.partition("/")
    api = row.word("api_type") if "api_type" in row else ""
    if slash and _SLUG.fullmatch(prefix):
        return canonical_provider(prefix)
    if not api:
        return ""
    if api not in _APIS:
        row.flag("unknown_words")
    return _APIS.get(api) or (canonical_provider(api) if _SLUG.fullmatch(api) else "")


def request_type(task_type: str, api_type: str, model: str) -> str:
    """Audio where speech became text; all else is chat."""
    is_speech = any(_TRANSCRIBERS.search(word) for word in (task_type, api_type, model))
    return TokenUsage.RequestType.AUDIO if is_speech else TokenUsage.RequestType.CHAT


def is_call(status: str, input_tokens: int | None, output_tokens: int | None, cost: Decimal | None) -> bool:
    """Whether a model was called: the job succeeded, used tokens or money, or ran and gives no number."""
    is_unknown = input_tokens is None or output_tokens is None
    if status == WorkStatus.SUCCEEDED or (is_unknown and status != WorkStatus.QUEUED):
        return True
    return any((input_tokens, output_tokens, cost))


def call_status(status: str) -> str:
    """The ledger's status; a job that has not come to an end has had a part of its answer."""
    return _STATUS.get(status, TokenUsage.Status.PARTIAL)


def booked_cost(row: Row, cost: Decimal | None) -> Decimal | None:
    """What the ledger takes. A negative amount is no cost: the job keeps it, and the call's is unknown."""
    if cost is None or cost >= 0:
        return cost
    row.flag("negative_costs")
    return None


def named_provider(row: Row, slug: str) -> str:
    """`slug`, or "unknown", flagged."""
    if not slug:
        row.flag("no_provider")
    return slug or UNKNOWN_PROVIDER


def raw_usage(row: Row) -> dict[str, Any]:
    """The source's own figures, untouched."""
    return {
        name: str(value) if isinstance(value, float | bytes) else value
        for name in _FIGURES
        if (value := row.values.get(name)) is not None
    }
