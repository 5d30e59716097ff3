"""Reading rollouts: line by line, with the session and the turn that a line stands in."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from typing import Any

from billing.ledger.events import UsageEvent
from integrations.sources.codex.sessions import NO_SESSION, Session, session_of
from integrations.sources.codex.turns import TokenCount, Turns
from integrations.sources.codex.usage import Usage, usage_of
from integrations.sources.files import InputFile
from integrations.sources.json_records import Record, json_lines
from integrations.sources.nested import member
from integrations.sources.parsed import Ignored, Notice, OnBytes, Parsed, ParsedUsage, Rejection, Repeat
from integrations.sources.redaction import record_text
from integrations.sources.tallies import scratch_database
from integrations.sources.values import (
    BadValueError,
    moment,
    native_id,
    optional_moment,
    plain,
    text,
)

_LINE_TYPES = frozenset(
    {"session_meta", "turn_context", "event_msg", "response_item", "token_usage_record", "compacted"}
)


def read(files: Sequence[InputFile], on_bytes: OnBytes) -> Generator[Parsed, None, None]:
    """The calls of `files`. Sessions in use come before archived copies, parents before forks."""
    with closing(_Counted()) as counted:
        nameless = 0
        for file in sorted(files, key=_order):
            is_meant = len(files) == 1 or file.path.name.startswith("rollout-")
            for item in _Rollout(file, counted).read(on_bytes, is_meant=is_meant):
                nameless += isinstance(item, ParsedUsage) and not item.event.model
                yield item
        if nameless:
            yield Notice(f"Calls without a model, which older versions of Codex left out: {nameless:,}.")


def _order(file: InputFile) -> tuple[bool, str, str]:
    return "archived_sessions" in file.path.parts, file.path.name, file.name


class _Counted:
    """Native ids of the token counts met, by session and totals: what forks repeat is found here."""

    def __init__(self) -> None:
        self._database = scratch_database()
        self._database.execute(
            "CREATE TABLE met (session TEXT, totals TEXT, native_id TEXT, PRIMARY KEY (session, totals))"
            " WITHOUT ROWID"
        )

    def native_id(self, session_id: str, place: str) -> str | None:
        row = self._database.execute(
            "SELECT native_id FROM met WHERE session = ? AND totals = ?", (session_id, place)
        ).fetchone()
        return None if row is None else str(row[0])

    def add(self, session_id: str, place: str, known_as: str) -> None:
        self._database.execute("INSERT OR IGNORE INTO met VALUES (?, ?, ?)", (session_id, place, known_as))

    def close(self) -> None:
        self._database.close()


class _Rollout:
    """One file, as far as it is read."""

    def __init__(self, file: InputFile, counted: _Counted) -> None:
        self._file = file
        self._counted = counted
        self._session: Session = NO_SESSION
        self._model = ""
        self._turns = Turns()

    def read(self, on_bytes: OnBytes, *, is_meant: bool) -> Iterator[Parsed]:
        has_objects = is_rollout = False
        for record in json_lines(self._file, on_bytes):
            if isinstance(record, Rejection):
                yield record
                continue
            has_objects = True
            kind, payload = record.value.get("type"), record.value.get("payload")
            if not isinstance(kind, str) or kind not in _LINE_TYPES or not isinstance(payload, dict):
                continue
            is_rollout = True
            try:
                yield from self._line(record, payload)
            except BadValueError as error:
                yield Rejection(record.where, str(error), record_text(record.value))
        yield from map(self._counted_call, self._turns.end())
        if has_objects and not is_rollout:
            if is_meant:
                yield Rejection(self._file.name, "is not a rollout of Codex: no line is one of a session")
            else:
                yield Ignored("files that are no rollouts of Codex")

    def _line(self, record: Record, payload: dict[str, Any]) -> Iterator[Parsed]:
        kind = record.value["type"]
        if kind == "event_msg":
            kind = payload.get("type")
        if kind == "session_meta":
            if self._session is NO_SESSION:
                self._session = session_of(payload, _time_of(record))
            elif not self._session.parent_id and payload.get("id") != self._session.id:
                # A copied history begins with the parent's own first line.
                self._session = replace(self._session, parent_id=text(payload.get("id"), 255))
        elif kind == "task_started":
            yield from map(self._counted_call, self._turns.begin(text(payload.get("turn_id"), 200)))
        elif kind == "turn_context":
            yield from map(self._counted_call, self._turns.begin(text(payload.get("turn_id"), 200)))
            self._model = text(payload.get("model"), 200) or self._model
        elif kind == "token_usage_record":
            yield from self._recorded_call(record, payload)
        elif kind == "token_count":
            info = member(payload, "info")
            self._turns.hold(
                record.where,
                moment(record.value.get("timestamp"), "timestamp"),
                text(info.get("model") or payload.get("model"), 200) or self._model,
                usage_of(info.get("last_token_usage")),
                usage_of(info.get("total_token_usage")),
                plain(info),
            )

    def _recorded_call(self, record: Record, payload: dict[str, Any]) -> Iterator[Parsed]:
        usage = usage_of(payload.get("usage"))
        response_id = text(payload.get("response_id"), 1_000)
        if usage is None or not response_id:
            # The token count that follows tells of the call.
            return
        self._turns.note_record()
        if usage.is_empty:
            return
        yield self._call(
            record.where,
            moment(record.value.get("timestamp"), "timestamp"),
            native_id(response_id),
            usage,
            session_id=text(payload.get("session_id") or payload.get("thread_id"), 255) or self._session.id,
            response_id=response_id if len(response_id) <= 200 else "",
            raw=plain(payload.get("usage")),
            model=self._model,
        )

    def _counted_call(self, count: TokenCount) -> Parsed:
        session = self._session
        place = _place(count)
        owner = session.parent_id if session.repeats_parent(count.at) else session.id
        known = self._counted.native_id(owner, place)
        known_as = known or native_id(f"{owner or self._file.path.name}:{place}")
        for session_id in {owner, session.id} - {""}:
            self._counted.add(session_id, place, known_as)
        if known is not None:
            return Repeat(count.where)
        return self._call(count.where, count.at, known_as, count.usage, session_id=owner, model=count.model)

    def _call(
        self,
        where: str,
        at: datetime,
        known_as: str,
        usage: Usage,
        *,
        session_id: str,
        model: str,
        response_id: str = "",
        raw: Any = None,
    ) -> ParsedUsage:
        session = self._session
        whole = usage.with_whole_totals()
        event = UsageEvent(
            occurred_at=at,
            provider=session.provider_of(model),
            model=model,
            source="",
            native_id=known_as,
            dedup_scope="codex",
            observer="codex",
            # As Codex calls itself where it sends telemetry.
            service=session.program,
            response_id=response_id,
            input_tokens=whole.input,
            cache_read_tokens=whole.cache_read,
            cache_write_tokens=whole.cache_write,
            output_tokens=whole.output,
            reasoning_tokens=whole.reasoning,
            agent_label=session.agent,
            session_id=session_id,
            raw_usage=raw,
        )
        return ParsedUsage(where, session.project_name, event)


def _time_of(record: Record) -> datetime | None:
    try:
        return optional_moment(record.value.get("timestamp"), "timestamp")
    except BadValueError:
        return None


def _place(count: TokenCount) -> str:
    """Where in its session a count stands: the totals after it, or its time where a version gives none."""
    if count.totals is None:
        figures = ":".join(map(str, count.usage.parts))
        return f"{count.at.isoformat()}:{figures}"
    figures = ":".join(map(str, count.totals.parts))
    return f"{count.round}:{figures}" if count.round else figures
