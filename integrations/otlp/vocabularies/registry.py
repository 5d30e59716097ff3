"""Which vocabulary a span speaks, by its scope, else by its words; and which a log record."""

from integrations.otlp.telemetry import LogRecord, Span
from integrations.otlp.vocabularies import (
    anthropic_sdk,
    claude_code,
    codex,
    gemini_cli,
    genai,
    openinference,
    openllmetry,
    pydantic_ai,
    vercel_ai,
)
from integrations.otlp.vocabularies.vocabulary import LogVocabulary, Vocabulary

_BY_SCOPE = (
    ("com.anthropic.claude_code", claude_code.VOCABULARY),
    ("com.anthropic.sdk.", anthropic_sdk.VOCABULARY),
    ("openinference.", openinference.VOCABULARY),
    ("@arizeai/openinference-", openinference.VOCABULARY),
    ("pydantic-ai", pydantic_ai.VOCABULARY),
    ("logfire", pydantic_ai.VOCABULARY),
    ("gemini-cli", gemini_cli.VOCABULARY),
    ("codex", codex.VOCABULARY),
)

_BY_ATTRIBUTE = (
    ("openinference.span.kind", openinference.VOCABULARY),
    ("ai.operationId", vercel_ai.VOCABULARY),
    ("gen_ai.usage.raw", pydantic_ai.VOCABULARY),
    ("codex.usage.total_tokens", codex.VOCABULARY),
)

_LOGS = (claude_code.LOG, codex.LOG, gemini_cli.LOG, genai.LOG)


def vocabulary_of(span: Span) -> Vocabulary:
    for beginning, vocabulary in _BY_SCOPE:
        if span.scope.name.startswith(beginning):
            return vocabulary
    if span.scope.name == "ai":
        return vercel_ai.VOCABULARY
    for name, vocabulary in _BY_ATTRIBUTE:
        if name in span.attributes:
            return vocabulary
    if openllmetry.is_spoken_by(span):
        return openllmetry.VOCABULARY
    return genai.VOCABULARY


def log_vocabulary_of(record: LogRecord) -> LogVocabulary | None:
    """The vocabulary in which `record` tells of a call; None when it tells of none."""
    return next((words for words in _LOGS if words.is_call(record)), None)
