"""The answers of all chats at hand, each once, gathered on disk."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integrations.sources.tallies import scratch_database
from integrations.sources.values import plain


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model said once. `tokens` is the source's own object, or None; the main agent has no name."""

    session_id: str
    id: str
    where: str
    at: datetime
    model: str
    tokens: dict[str, Any] | None
    agent: str
    project_name: str


class Answers:
    """Answers by session and id: their first place and time, their last tokens."""

    def __init__(self) -> None:
        self._database = scratch_database()
        self._database.execute(
            "CREATE TABLE answer (session TEXT, id TEXT, place TEXT, at TEXT, agent TEXT, project TEXT,"
            " model TEXT, tokens TEXT, PRIMARY KEY (session, id))"
        )

    def close(self) -> None:
        self._database.close()

    def add(self, answer: Answer) -> bool:
        """Take in a writing of an answer; False when its tokens were known already."""
        known = self._database.execute(
            "SELECT tokens IS NOT NULL FROM answer WHERE session = ? AND id = ?",
            (answer.session_id, answer.id),
        ).fetchone()
        tokens = None if answer.tokens is None else json.dumps(plain(answer.tokens), sort_keys=True)
        self._database.execute(
            "INSERT INTO answer VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (session, id) DO UPDATE SET"
            " tokens = COALESCE(excluded.tokens, tokens),"
            " model = CASE WHEN excluded.model = '' THEN model ELSE excluded.model END",
            (
                answer.session_id,
                answer.id,
                answer.where,
                answer.at.isoformat(),
                answer.agent,
                answer.project_name,
                answer.model,
                tokens,
            ),
        )
        return known is None or not known[0]

    def __iter__(self) -> Iterator[Answer]:
        rows = self._database.execute(
            "SELECT session, id, place, at, model, tokens, agent, project FROM answer ORDER BY rowid"
        )
        for session, answer_id, place, at, model, tokens, agent, project in rows:
            yield Answer(
                session_id=session,
                id=answer_id,
                where=place,
                at=datetime.fromisoformat(at),
                model=model,
                tokens=None if tokens is None else json.loads(tokens),
                agent=agent,
                project_name=project,
            )
