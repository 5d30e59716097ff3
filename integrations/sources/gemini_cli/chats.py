"""Reading chats: first every line of every file, then the answers that they tell of."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from billing.ledger.events import UsageEvent
from integrations.sources.content import EmptyFileError, WrongContentError
from integrations.sources.files import READ_ERRORS, InputFile, TextInput, open_text, read_fault
from integrations.sources.gemini_cli.answers import Answer, Answers
from integrations.sources.gemini_cli.tokens import tokens_of
from integrations.sources.json_records import records_of
from integrations.sources.parsed import Ignored, OnBytes, Parsed, ParsedUsage, Rejection, Repeat
from integrations.sources.redaction import record_text
from integrations.sources.values import BadValueError, moment, native_id, text

_HEADER_MARKS = frozenset({"startTime", "lastUpdated", "projectHash", "messages"})
_MESSAGE_TYPES = frozenset({"user", "gemini", "info", "error", "warning"})


def read(files: Sequence[InputFile], on_bytes: OnBytes) -> Generator[Parsed, None, None]:
    """All answers of `files`, each once; its further writings are repeats."""
    with closing(Answers()) as answers:
        for file in files:
            is_meant = len(files) == 1 or file.path.name.startswith("session-") or "chats" in file.path.parts
            try:
                with open_text(file, on_bytes) as opened:
                    yield from _Chat(file, answers).gather(opened, is_meant=is_meant)
            except (EmptyFileError, WrongContentError) as error:
                yield Rejection(file.name, str(error))
            except READ_ERRORS as error:
                yield Rejection(file.name, read_fault(error))
        yield from map(_parsed, answers)


@dataclass(slots=True)
class _Session:
    """What the header last said; a resumed session writes another."""

    id: str = ""
    project_hash: str = ""
    agent: str = ""


class _Chat:
    """One file, as far as it is read."""

    def __init__(self, file: InputFile, answers: Answers) -> None:
        self._file = file
        self._answers = answers
        self._session = _Session()

    def gather(self, opened: TextInput, *, is_meant: bool) -> Iterator[Parsed]:
        has_objects = is_chat = False
        for record in records_of(self._file.name, opened):
            if isinstance(record, Rejection):
                if is_meant or is_chat:
                    yield record
                continue
            has_objects = True
            fields = record.value
            patch = fields.get("$set")
            if isinstance(patch, dict):
                yield from self._take(record.where, patch)
            elif _is_header(fields):
                is_chat = True
                yield from self._take(record.where, fields)
            elif _is_message(fields):
                is_chat = True
                yield from self._message(record.where, fields)
        if is_chat or (is_meant and not has_objects):
            return
        if is_meant:
            yield Rejection(self._file.name, "is not a chat of Gemini CLI: no line is one of a session")
        else:
            yield Ignored("files that are no chats of Gemini CLI")

    def _take(self, where: str, fields: dict[str, Any]) -> Iterator[Parsed]:
        """A header, a patch of it, or a whole chat: they hold the same fields."""
        session = self._session
        session.id = text(fields.get("sessionId"), 255) or session.id
        session.project_hash = text(fields.get("projectHash"), 200) or session.project_hash
        kind = text(fields.get("kind"), 200)
        session.agent = ("" if kind == "main" else kind) if kind else session.agent
        messages = fields.get("messages")
        for message in messages if isinstance(messages, list) else ():
            if isinstance(message, dict):
                yield from self._message(where, message)

    def _message(self, where: str, message: dict[str, Any]) -> Iterator[Parsed]:
        if message.get("type") != "gemini":
            return
        try:
            tokens = message.get("tokens")
            answer_id = text(message.get("id"), 1_000)
            if not answer_id:
                raise BadValueError("id: missing")
            answer = Answer(
                session_id=self._session.id or self._file.path.name,
                id=answer_id,
                where=where,
                at=moment(message.get("timestamp"), "timestamp"),
                model=text(message.get("model"), 200),
                tokens=tokens if tokens_of(tokens) is not None else None,
                agent=self._session.agent,
                project_name=_project_name(self._file.path) or self._session.project_hash,
            )
        except BadValueError as error:
            kept = {name: message.get(name) for name in ("id", "timestamp", "model", "tokens")}
            yield Rejection(where, str(error), record_text(kept))
            return
        if not self._answers.add(answer) and answer.tokens is not None:
            yield Repeat(where)


def _is_header(fields: dict[str, Any]) -> bool:
    return "sessionId" in fields and not _HEADER_MARKS.isdisjoint(fields)


def _is_message(fields: dict[str, Any]) -> bool:
    kind = fields.get("type")
    return isinstance(kind, str) and kind in _MESSAGE_TYPES and {"id", "timestamp"} <= fields.keys()


def _project_name(chat: Path) -> str:
    """The folder that Gemini CLI made for the project: …/tmp/PROJECT/chats/session-….jsonl."""
    folders = chat.parts[:-1]
    if "chats" not in folders[1:]:
        return ""
    return text(folders[len(folders) - 1 - folders[::-1].index("chats") - 1], 200)


def _parsed(answer: Answer) -> Parsed:
    tokens = tokens_of(answer.tokens)
    if tokens is None:
        return Ignored("answers that Gemini CLI wrote down without tokens")
    event = UsageEvent(
        occurred_at=answer.at,
        provider="google",
        model=answer.model,
        source="",
        native_id=native_id(f"{answer.session_id}:{answer.id}"),
        dedup_scope="gemini-cli",
        observer="gemini-cli",
        # As Gemini CLI calls itself where it sends telemetry.
        service="gemini-cli",
        input_tokens=tokens.input,
        cache_read_tokens=tokens.cache_read,
        output_tokens=tokens.output,
        reasoning_tokens=tokens.reasoning,
        agent_label=answer.agent,
        session_id=answer.session_id,
        raw_usage=answer.tokens,
    )
    return ParsedUsage(answer.where, answer.project_name, event)
