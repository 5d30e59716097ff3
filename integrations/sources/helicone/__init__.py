"""Helicone's requests, as its interface and API export them: JSON, JSON Lines or CSV.

Counting convention: cache reads, cache writes and audio are subtracted from `prompt_tokens`, so they are
added; where `total_tokens` says that they are parts, they are parts. `completion_tokens` includes reasoning.

Native id: `request_id`, in the scope "helicone". A request that Helicone answered from its own cache
(`cache_reference_id`) reached no provider and cost nothing; else a cost of 0 is unknown.
"""

from collections.abc import Generator, Sequence

from integrations.sources.exports import read_exports
from integrations.sources.files import InputFile
from integrations.sources.helicone.calls import parse, refusal
from integrations.sources.parsed import OnBytes, Parsed, SourceFormat


def read(files: Sequence[InputFile], on_bytes: OnBytes) -> Generator[Parsed, None, None]:
    """The calls of `files`, one after the other as they are read."""
    yield from read_exports(files, on_bytes, refusal=refusal, parse=parse)


FORMAT = SourceFormat(
    kind="helicone", suffixes=(".json", ".jsonl", ".ndjson", ".csv"), read=read, default_paths=list
)
