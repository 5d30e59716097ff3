"""What can be imported in the browser: each kind of file, and the function that takes it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path

from integrations.formats import FORMATS
from integrations.models import Source
from integrations.services.results import ImportResult
from integrations.services.runs import SourceKindError
from integrations.services.usage_import import OnProgress, import_usage
from integrations.sources.files import NothingToReadError
from integrations.sources.parsed import ParsedUsage

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
    """A kind of file. `endings` are what its files usually end in; each may be packed with gzip as well."""

    kind: str
    group: KindGroup
    description: str
    endings: tuple[str, ...]
    run: Callable[[ImportOrder], ImportResult]
    takes_zip: bool = False

    @property
    def label(self) -> str:
        return str(Source.Kind(self.kind).label)

    @property
    def accepted(self) -> tuple[str, ...]:
        """Endings for a browser's file dialog."""
        packed = tuple(f"{ending}.gz" for ending in self.endings) if self.group == KindGroup.USAGE else ()
        return (*self.endings, *packed, *((".zip",) if self.takes_zip else ()))


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


def _usage_kind(kind: str) -> ImportKind:
    description = _USAGE.get(kind, f"Usage as {Source.Kind(kind).label} writes it.")
    return ImportKind(
        kind, KindGroup.USAGE, description, FORMATS[kind].suffixes, partial(_import_usage, kind)
    )


IMPORT_KINDS: dict[str, ImportKind] = {
    kind.kind: kind
    for kind in (_usage_kind(name) for name in sorted(FORMATS, key=lambda name: Source.Kind(name).label))
}
