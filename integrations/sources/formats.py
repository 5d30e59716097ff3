"""The formats that usage is imported from, by the name that the command takes."""

from integrations.sources import claude_code, codex, gemini_cli, litellm, usage_csv
from integrations.sources.parsed import SourceFormat

FORMATS: dict[str, SourceFormat] = {
    source.kind: source
    for source in (claude_code.FORMAT, codex.FORMAT, gemini_cli.FORMAT, litellm.FORMAT, usage_csv.FORMAT)
}
