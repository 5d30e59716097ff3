"""Gemini CLI: the log events `gemini_cli.api_response` and `gemini_cli.api_error`.

https://github.com/google-gemini/gemini-cli/blob/main/docs/cli/telemetry.md. Output excludes thoughts; what
tools put into the prompt is counted apart from the input, as the API does (`toolUsePromptTokenCount`). Spans
bear no usage, and the `gen_ai.client.inference.operation.details` repeat these events: neither is a call.
"""

from integrations.otlp.telemetry import Attributes, LogRecord, Span
from integrations.otlp.vocabularies import genai
from integrations.otlp.vocabularies.vocabulary import Kind, LogVocabulary, Names, Vocabulary
from integrations.sources.values import count

_INPUT = "input_token_count"
_OUTPUT = "output_token_count"
_THOUGHTS = "thoughts_token_count"
_TOOLS = "tool_token_count"
_TOTAL = "total_token_count"
_WHOLE_INPUT = "gemini-cli.input"
_WHOLE_OUTPUT = "gemini-cli.output"

_NAMES = Names(
    input=(_WHOLE_INPUT,),
    cache_read=("cached_content_token_count",),
    output=(_WHOLE_OUTPUT,),
    reasoning=(_THOUGHTS,),
    response_model=("model",),
    error_type=("error_type", "status_code"),
    duration_ms=("duration_ms",),
    session=("session.id",),
    person=("user.email",),
)


def kind(span: Span) -> Kind:
    return Kind.NOTHING


def prepare(attributes: Attributes) -> Attributes:
    """Totals that include their parts. Raises BadValueError."""
    given = {name: count(attributes.get(name), name) for name in (_INPUT, _OUTPUT, _THOUGHTS, _TOOLS, _TOTAL)}
    read, written, thoughts, tools = (given[name] or 0 for name in (_INPUT, _OUTPUT, _THOUGHTS, _TOOLS))
    wholes: Attributes = {}
    if given[_OUTPUT] is not None:
        wholes[_WHOLE_OUTPUT] = written + thoughts
    if given[_INPUT] is not None:
        total = given[_TOTAL]
        is_apart = total is None or read + written + thoughts < total
        wholes[_WHOLE_INPUT] = read + tools if is_apart else read
    return attributes | wholes


VOCABULARY = Vocabulary(
    client="gemini-cli",
    names=_NAMES | genai.NAMES,
    kind=kind,
    provider="google",
    prepare=prepare,
    usage_prefixes=(_INPUT, _OUTPUT, _THOUGHTS, _TOOLS, _TOTAL, "cached_content_token_count"),
    links_matter=False,
)


def _is_call(record: LogRecord) -> bool:
    return record.event_name in {"gemini_cli.api_response", "gemini_cli.api_error"}


def _is_error(record: LogRecord) -> bool:
    return record.event_name == "gemini_cli.api_error"


def _native_id(record: LogRecord) -> str:
    """Session, time and counts: the event has no id, and is repeated exactly when it is sent again."""
    place = ("session.id", "event.timestamp", "prompt_id", "model", _INPUT, _OUTPUT, _TOTAL, "duration_ms")
    return ":".join([record.event_name, *(str(record.attributes.get(name)) for name in place)])


LOG = LogVocabulary(
    vocabulary=VOCABULARY,
    dedup_scope="gemini-cli.otlp",
    observer="gemini-cli.otlp",
    is_call=_is_call,
    is_error=_is_error,
    native_id=_native_id,
)
