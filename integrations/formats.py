"""The formats that usage is imported from, by the name that the command takes."""

from integrations.sources import (
    claude_code,
    codex,
    gemini_cli,
    helicone,
    langfuse,
    litellm,
    openrouter,
    usage_csv,
)
from integrations.sources.parsed import SourceFormat
from integrations.telemetry_files import otlp, phoenix

FORMATS: dict[str, SourceFormat] = {
    source.kind: source
    for source in (
        claude_code.FORMAT,
        codex.FORMAT,
        gemini_cli.FORMAT,
        litellm.FORMAT,
        openrouter.FORMAT,
        langfuse.FORMAT,
        helicone.FORMAT,
        phoenix.FORMAT,
        otlp.FORMAT,
        usage_csv.FORMAT,
    )
}
