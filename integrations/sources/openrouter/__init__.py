"""OpenRouter's activity export: CSV, one row a call.

Counting convention: `tokens_prompt` includes cached tokens, `tokens_completion` includes reasoning.

Native id: `generation_id`, in the scope "openrouter"; it is also the id of the answer that the caller got.
An empty cost is unknown, 0 is free. What a caller's own key cost at the provider (`byok_usage_inference`) is
part of the call's cost. The daily form of the export adds calls up, and is refused.
"""

from collections.abc import Generator, Sequence

from integrations.sources.exports import read_exports
from integrations.sources.files import InputFile
from integrations.sources.openrouter.calls import parse, refusal
from integrations.sources.parsed import OnBytes, Parsed, SourceFormat


def read(files: Sequence[InputFile], on_bytes: OnBytes) -> Generator[Parsed, None, None]:
    """The calls of `files`, one after the other as they are read."""
    yield from read_exports(files, on_bytes, refusal=refusal, parse=parse)


FORMAT = SourceFormat(kind="openrouter", suffixes=(".csv",), read=read, default_paths=list)
