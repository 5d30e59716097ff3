"""What can be imported in the browser: each kind of file, and the function that takes it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path

from integrations.conversations.formats import CONVERSATION_FORMATS
from integrations.formats import FORMATS
from integrations.models import Source
from integrations.services.conversation_import import import_conversations
from integrations.services.conversation_results import ConversationImportResult
from integrations.services.results import ImportResult
from integrations.services.runs import SourceKindError
from integrations.services.usage_import import OnProgress, import_usage
from integrations.services.vendor_reports import import_vendor_report
from integrations.sources.files import NothingToReadError
from integrations.sources.parsed import ParsedUsage
from integrations.vendor_reports.reading import SUFFIXES
from integrations.vendor_reports.registry import REPORTS

REFUSALS: tuple[type[Exception], ...] = (NothingToReadError, SourceKindError)
"""What an import raises when the files or the order cannot be taken; the message is for people."""


class KindGroup(StrEnum):
    USAGE = "Usage"
    CONVERSATIONS = "Conversations"
    REPORTS = "Vendor reports"


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """What to import and whither. `watch` is shown every call of a file of usage."""

    paths: Sequence[Path]
    project_name: str | None
    source_name: str | None
    dry_run: bool
    progress: OnProgress | None = None
    watch: Callable[[ParsedUsage], None] | None = None


@dataclass(frozen=True, slots=True)
class ImportKind:
    """A kind of file. `endings` are what its files usually end in; those of usage may be packed with gzip.

    `is_of_installation`: it belongs to no project, so that owners alone import it.
    """

    kind: str
    group: KindGroup
    description: str
    endings: tuple[str, ...]
    run: Callable[[ImportOrder], ImportResult]
    takes_zip: bool = False
    is_of_installation: bool = False

    @property
    def label(self) -> str:
        return str(Source.Kind(self.kind).label)

    @property
    def accepted(self) -> tuple[str, ...]:
        """Endings to tell people of; whatever a file is called, it is read."""
        return (*self.endings, ".zip") if self.takes_zip else self.endings


_USAGE = {
    "claude-code": "Transcripts of Claude Code, from ~/.claude/projects.",
    "codex": "Rollouts of Codex, from ~/.codex/sessions.",
    "gemini-cli": "Chats of Gemini CLI, from ~/.gemini/tmp.",
    "litellm": "Spend logs and logger payloads of a LiteLLM proxy.",
    "openrouter": "The activity export of OpenRouter.",
    "langfuse": "Observations exported from Langfuse.",
    "helicone": "Requests exported from Helicone.",
    "phoenix": "Spans exported from Phoenix.",
    "otlp": "OpenTelemetry requests saved to files.",
    "csv": "Our own columns, one row a model call.",
}
"""One line a format; one that has none here says what its name says."""


_CONVERSATIONS = {
    "chatgpt": "The data export of ChatGPT: the archive, or its conversations.json.",
    "claude-ai": "The data export of Claude.ai: the archive, or its conversations.json.",
    "librechat": "Conversations exported from LibreChat.",
    "open-webui": "Chats exported from Open WebUI.",
}
_REPORTS = {
    "openai-usage": "What OpenAI counted: its API’s answers or its dashboard’s CSV.",
    "openai-costs": "What OpenAI billed, to set beside the ledger.",
    "anthropic-usage": "What Anthropic counted: its API’s answers or its console’s CSV.",
    "anthropic-cost": "What Anthropic billed, to set beside the ledger.",
}


def _import_usage(kind: str, order: ImportOrder) -> ImportResult:
    return import_usage(
        source_kind=kind,
        paths=order.paths,
        project_name=order.project_name,
        source_name=order.source_name,
        dry_run=order.dry_run,
        progress=order.progress,
        watch=order.watch,
    )


def _import_conversations(kind: str, order: ImportOrder) -> ImportResult:
    result = import_conversations(
        source_kind=kind,
        paths=order.paths,
        project_name=order.project_name,
        source_name=order.source_name,
        dry_run=order.dry_run,
        progress=order.progress,
    )
    return ImportResult(
        is_dry_run=result.is_dry_run,
        run_id=result.run_id,
        counts=result.counts,
        rejections=result.rejections,
        ignored=result.left_out,
        notices=_remarks(result),
    )


def _remarks(result: ConversationImportResult) -> list[str]:
    """What counts of conversations do not say."""
    messages, calls = result.messages, result.calls
    remarks = []
    if any(messages.values()):
        remarks.append(
            f"Messages: {messages['created']:,} new, {messages['updated']:,} changed, "
            f"{messages['unchanged']:,} unchanged; {messages['branches']:,} on branches."
        )
    if any(calls.values()):
        known = calls["unchanged"] + calls["duplicates"]
        remarks.append(f"Model calls that they tell of: {calls['created']:,} new, {known:,} known.")
    remarks += [f"{number:,} conversations {what}." for what, number in sorted(result.stayed.items())]
    return remarks + result.notices


def _import_report(kind: str, order: ImportOrder) -> ImportResult:
    return import_vendor_report(
        kind=kind,
        paths=order.paths,
        source_name=order.source_name,
        dry_run=order.dry_run,
        progress=order.progress,
    )


def _usage_kind(kind: str) -> ImportKind:
    description = _USAGE.get(kind, f"Usage as {Source.Kind(kind).label} writes it.")
    return ImportKind(
        kind, KindGroup.USAGE, description, FORMATS[kind].suffixes, partial(_import_usage, kind)
    )


def _conversation_kind(kind: str) -> ImportKind:
    description = _CONVERSATIONS.get(kind, f"Conversations exported from {Source.Kind(kind).label}.")
    run = partial(_import_conversations, kind)
    return ImportKind(kind, KindGroup.CONVERSATIONS, description, (".json",), run, takes_zip=True)


def _report_kind(kind: str) -> ImportKind:
    description = _REPORTS.get(kind, f"Figures of the {Source.Kind(kind).label}.")
    run = partial(_import_report, kind)
    return ImportKind(kind, KindGroup.REPORTS, description, SUFFIXES, run, is_of_installation=True)


def _by_label(kinds: Iterable[str]) -> list[str]:
    return sorted(kinds, key=lambda kind: Source.Kind(kind).label.lower())


IMPORT_KINDS: dict[str, ImportKind] = {
    kind.kind: kind
    for kind in (
        *map(_usage_kind, _by_label(FORMATS)),
        *map(_conversation_kind, _by_label(CONVERSATION_FORMATS)),
        *map(_report_kind, _by_label(REPORTS)),
    )
}
