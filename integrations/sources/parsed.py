"""What a source module makes of the records it reads."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from billing.ledger.events import UsageEvent
from integrations.sources.files import InputFile


@dataclass(frozen=True, slots=True)
class CapturedMessage:
    """A turn that an instrumentation sent along with a call: kept only where the project allows it.

    `role` is user, assistant, system, tool or other; `parts` as chat.Message.parts.
    """

    role: str
    content: str
    parts: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedUsage:
    """One model call. `event` has no project and no source yet; `project_name` is the source's own, or empty.

    `where` names the record: "usage.jsonl:12", "spend.json: record 3". `is_id_local` says that the native id
    is unique within its project only, so that the de-duplication scope must name the project. `client` is the
    slug of the page Connect (integrations/connect): who sent it, for live records. `captured`: the words of
    the call, its prompt's last turns and its answer, oldest first.
    """

    where: str
    project_name: str
    event: UsageEvent
    is_id_local: bool = False
    client: str = ""
    captured: tuple[CapturedMessage, ...] = ()


@dataclass(frozen=True, slots=True)
class Repeat:
    """Another report, in the files at hand, of a call that the source module tells of once."""

    where: str


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record that cannot be read. `raw` is its text, still with secrets."""

    where: str
    reason: str
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Ignored:
    """A record that is rightly not a call, such as an agent's note of an API error; `what` is plural."""

    what: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that the person should know, said once."""

    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """A span that is no call, and the span that it lies in; ids in hex, as OpenTelemetry writes them.

    What leads from a wrapper to the calls inside it: it belongs where the calls of its trace are booked.
    """

    trace_id: str
    span_id: str
    parent_span_id: str


Parsed = ParsedUsage | Repeat | Rejection | Ignored | Notice | Link
OnBytes = Callable[[int], None]
"""Told of every chunk's size as files are read."""


@dataclass(frozen=True, slots=True)
class SourceFormat:
    """A kind of file that usage comes in."""

    kind: str
    suffixes: tuple[str, ...]
    """Endings of the files that are looked for in a folder; a file named outright is always read."""
    read: Callable[[Sequence[InputFile], OnBytes], Generator[Parsed, None, None]]
    default_paths: Callable[[], list[Path]]
    """Where the tool keeps its records, when no path is given."""
