"""Reading transcripts: first every line of every file, then the calls that they tell of."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from integrations.sources.claude_code.calls import Call, Calls
from integrations.sources.claude_code.lines import (
    CallLine,
    call_line,
    has_usage,
    is_api_error,
    is_transcript_line,
)
from integrations.sources.claude_code.project_names import project_name
from integrations.sources.claude_code.usage import usage_event
from integrations.sources.files import InputFile
from integrations.sources.json_records import json_lines
from integrations.sources.parsed import Ignored, OnBytes, Parsed, ParsedUsage, Rejection, Repeat
from integrations.sources.redaction import record_text
from integrations.sources.tallies import Occurrences
from integrations.sources.values import BadValueError, optional_moment, parse_json, text


def read(files: Sequence[InputFile], on_bytes: OnBytes) -> Generator[Parsed, None, None]:
    """All calls of `files`, each once; its further lines are repeats."""
    with closing(Calls()) as calls:
        for file in files:
            yield from _gather(file, on_bytes, calls)
        for call in calls:
            yield _parsed(call)


def _gather(file: InputFile, on_bytes: OnBytes, calls: Calls) -> Iterator[Parsed]:
    began: datetime | None = None
    has_objects = is_transcript = False
    agent_of_file = _agent_of_file(file.path)
    with Occurrences() as occurrences:
        for record in json_lines(file, on_bytes):
            if isinstance(record, Rejection):
                yield record
                continue
            has_objects = True
            is_transcript = is_transcript or is_transcript_line(record.value)
            began = began or _time_of(record.value)
            if not has_usage(record.value):
                continue
            if is_api_error(record.value):
                yield Ignored("API errors that Claude Code noted")
                continue
            try:
                line = call_line(record.value)
                is_new = calls.add(
                    line.call_id or _id_without_message(line, occurrences),
                    line,
                    where=record.where,
                    began=began or line.at,
                    agent=line.agent or agent_of_file,
                    project=project_name(line.cwd, file.path),
                )
            except BadValueError as error:
                yield Rejection(record.where, str(error), record_text(record.value))
                continue
            if not is_new:
                yield Repeat(record.where)
    if has_objects and not is_transcript:
        yield Rejection(file.name, "is not a Claude Code transcript: no line has a sessionId")


def _time_of(record: dict[str, Any]) -> datetime | None:
    try:
        return optional_moment(record.get("timestamp"), "timestamp")
    except BadValueError:
        return None


def _id_without_message(line: CallLine, occurrences: Occurrences) -> str:
    return f"line:{line.content_hash.hex()}:{occurrences.add(line.content_hash)}"


def _parsed(call: Call) -> Parsed:
    if call.is_replay:
        return Repeat(call.where)
    try:
        event = usage_event(
            native_id=call.native_id,
            at=call.at,
            model=call.model,
            usage=call.usage,
            cost=call.cost,
            message_id=call.message_id,
            request_id=call.request_id,
            session_id=call.session_id,
            agent=call.agent,
        )
    except BadValueError as error:
        return Rejection(call.where, str(error), record_text({"usage": call.usage}))
    return ParsedUsage(call.where, call.project_name, event)


def _agent_of_file(transcript: Path) -> str:
    """The kind of subagent, from the note that lies beside its transcript; empty for a session's own."""
    note = transcript.with_name(f"{transcript.name.partition('.')[0]}.meta.json")
    try:
        described: Any = parse_json(note.read_text(encoding="utf-8")[:100_000])
    except (OSError, UnicodeError, BadValueError):
        return ""
    return text(described.get("agentType"), 200) if isinstance(described, dict) else ""
