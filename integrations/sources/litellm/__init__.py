"""LiteLLM: the table LiteLLM_SpendLogs, and what its generic API logger posts; JSON, JSON Lines or CSV.

Counting convention: `prompt_tokens` includes cache reads and writes for every provider, `completion_tokens`
includes reasoning; records that say otherwise (parts larger than their whole) are converted.

Native id: SpendLogs' `request_id`, the logger's `id`; both doors give the same id for the same call, in the
scope "litellm". For a cache hit it is the call's `litellm_call_id`, as each door makes up an id of its own.
"""

from collections.abc import Generator, Sequence

from integrations.sources.content import EmptyFileError, WrongContentError
from integrations.sources.files import READ_ERRORS, InputFile, open_text, read_fault
from integrations.sources.litellm.calls import parse
from integrations.sources.litellm.records import records
from integrations.sources.parsed import OnBytes, Parsed, Rejection, SourceFormat
from integrations.sources.redaction import record_text
from integrations.sources.values import BadValueError


def read(files: Sequence[InputFile], on_bytes: OnBytes) -> Generator[Parsed, None, None]:
    """The calls of `files`, one after the other as they are read."""
    for file in files:
        try:
            with open_text(file, on_bytes) as opened:
                for record in records(file.name, opened):
                    if isinstance(record, Rejection):
                        yield record
                        continue
                    try:
                        yield parse(record)
                    except BadValueError as error:
                        yield Rejection(record.where, str(error), record_text(record.value))
        except (EmptyFileError, WrongContentError) as error:
            yield Rejection(file.name, str(error))
        except READ_ERRORS as error:
            yield Rejection(file.name, read_fault(error))


FORMAT = SourceFormat(
    kind="litellm", suffixes=(".json", ".jsonl", ".ndjson", ".csv"), read=read, default_paths=list
)
