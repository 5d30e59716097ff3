"""What a vocabulary is: attribute names, and which spans tell of a call."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import Enum

from integrations.otlp.telemetry import Attributes, LogRecord, Span

Words = tuple[str, ...]
"""Attribute names of one meaning; the first that holds a value counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Where a vocabulary says what. Wholes and parts as in UsageEvent."""

    input: Words = ()
    cache_read: Words = ()
    cache_write: Words = ()
    cache_write_1h: Words = ()
    input_audio: Words = ()
    output: Words = ()
    reasoning: Words = ()
    output_audio: Words = ()
    web_searches: Words = ()

    provider: Words = ()
    response_model: Words = ()
    request_model: Words = ()
    operation: Words = ()
    response_id: Words = ()
    request_id: Words = ()
    error_type: Words = ()
    service_tier: Words = ()
    cost: Words = ()
    duration_ms: Words = ()
    first_chunk_s: Words = ()
    first_chunk_ms: Words = ()

    session: Words = ()
    person: Words = ()
    agent: Words = ()
    tags: Words = ()

    def __or__(self, other: "Names") -> "Names":
        """These names first, then the other's."""
        return Names(
            **{
                field.name: tuple(dict.fromkeys(getattr(self, field.name) + getattr(other, field.name)))
                for field in fields(Names)
            }
        )


class Kind(Enum):
    """What a span is to the ledger."""

    CALL = "call"
    """A model call, whether it names its usage or not."""
    WRAPPER = "wrapper"
    """Contains calls. With usage it may repeat theirs, or tell of calls that nothing else tells of."""
    OTHER = "other"
    """A call if it bears usage."""
    NOTHING = "nothing"
    """Never a call, whatever it bears: another signal of the same program tells of it."""


def _as_it_is(attributes: Attributes) -> Attributes:
    return attributes


def _never(attributes: Attributes) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """`client` is a slug of the page Connect; `provider` stands where no attribute names one."""

    client: str
    names: Names
    kind: Callable[[Span], Kind]
    provider: str = ""
    prepare: Callable[[Attributes], Attributes] = _as_it_is
    """Adds what is hidden in JSON texts as attributes of its own."""
    excludes_cache: Callable[[Attributes], bool] = _never
    """Whether input tokens leave cache reads and writes out."""
    usage_prefixes: Words = ()
    """How the emitter's own usage attributes begin."""
    links_matter: bool = True
    """Whether spans without usage may lead from a wrapper to the calls inside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogVocabulary:
    """How a program tells of calls in log records. Without `observer` it is the record's scope."""

    vocabulary: Vocabulary
    dedup_scope: str
    is_call: Callable[[LogRecord], bool]
    is_error: Callable[[LogRecord], bool]
    native_id: Callable[[LogRecord], str]
    """Repeated exactly when the record is sent again."""
    observer: str = ""
