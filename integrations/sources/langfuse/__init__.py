"""Langfuse's observations, as its interface, API and blob storage export them: JSON, JSON Lines or CSV.

Counting convention: every detail is subtracted from its whole: `input` excludes each `input_*` and `cache_*`,
`output` excludes each `output_*`, so they are added; where `total` says that they are parts, they are parts.

Native id: the observation's `id`, unique within its Langfuse project. Generations and embeddings are calls;
other observations only tell how calls lie in one another. A cost of 0 without its details is unknown.
"""

from collections.abc import Generator, Sequence

from integrations.sources.exports import read_exports
from integrations.sources.files import InputFile
from integrations.sources.langfuse.calls import parse, refusal
from integrations.sources.parsed import OnBytes, Parsed, SourceFormat


def read(files: Sequence[InputFile], on_bytes: OnBytes) -> Generator[Parsed, None, None]:
    """The calls of `files`, one after the other as they are read."""
    yield from read_exports(files, on_bytes, refusal=refusal, parse=parse)


FORMAT = SourceFormat(
    kind="langfuse",
    suffixes=(".json", ".jsonl", ".ndjson", ".csv", ".parquet"),
    read=read,
    default_paths=list,
)
