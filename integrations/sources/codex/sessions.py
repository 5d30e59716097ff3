"""Whose calls a rollout tells of: what its first line says of the session."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from billing.pricing.catalog import provider_of
from billing.pricing.providers import canonical_provider
from integrations.sources.directories import base_name
from integrations.sources.values import text

_REPLAY = timedelta(seconds=1)
"""How long after its beginning the file of a fork or a subagent repeats lines of its parent at most."""

_SELLERS = frozenset(
    {"azure", "bedrock", "deepseek", "fireworks", "google", "groq", "lmstudio", "mistral", "moonshotai"}
    | {"ollama", "openai", "openrouter", "oss", "together", "x-ai"}
)
"""Names in Codex' configuration that say who sells; others are the person's own, such as "proxy"."""


@dataclass(frozen=True, slots=True)
class Session:
    """`parent_id` is that of the session whose history this one's file begins with; empty for none."""

    id: str
    parent_id: str
    began: datetime | None
    project_name: str
    provider: str
    program: str
    agent: str

    def repeats_parent(self, at: datetime) -> bool:
        return bool(self.parent_id) and self.began is not None and at - self.began <= _REPLAY

    def provider_of(self, model: str) -> str:
        """Who made the call possible: Codex speaks OpenAI's protocol, also through proxies."""
        slug = canonical_provider(self.provider or "openai")
        if slug in _SELLERS:
            return "ollama" if slug == "oss" else slug
        return "openai" if model and provider_of(model) == "openai" else slug


NO_SESSION = Session("", "", None, "", "", "", "")
"""Of a file without a first line, as the earliest versions wrote it."""


def session_of(meta: dict[str, Any], began: datetime | None) -> Session:
    """From the payload of `session_meta`."""
    spawned = _subagent(meta)
    parent = meta.get("forked_from_id") or meta.get("parent_thread_id") or spawned.get("parent_thread_id")
    role = meta.get("agent_role") or spawned.get("agent_role") or spawned.get("kind")
    return Session(
        id=text(meta.get("id"), 255),
        parent_id=text(parent, 255),
        began=began,
        project_name=text(base_name(text(meta.get("cwd"), 4096)), 200),
        provider=text(meta.get("model_provider"), 64),
        program=text(meta.get("originator"), 200),
        agent=text(role, 200),
    )


def _subagent(meta: dict[str, Any]) -> dict[str, Any]:
    """Of {"source": {"subagent": "review" or {"thread_spawn": {…}}}}; `kind` is the subagent's."""
    source = meta.get("source")
    told = source.get("subagent") if isinstance(source, dict) else None
    if isinstance(told, dict):
        kind, more = next(iter(told.items()), ("", None))
        return {"kind": kind, **more} if isinstance(more, dict) else {"kind": kind}
    return {"kind": told} if isinstance(told, str) else {}
