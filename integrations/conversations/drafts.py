"""What a format makes of one exported conversation."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from billing.ledger.events import UsageEvent


@dataclass(slots=True)
class MessageDraft:
    """A turn. `key`: its id in the export. `parent`: the key of the message that it follows, or "".

    `is_branch`: it lies beside the path that its reader saw last. `call`: the model call that made it, where
    the export tells of usage, without project, source and links; `call_fault` says why it cannot be read.
    `sent_at`, `parent` and `is_branch` are completed by `assembly.in_order`.
    """

    key: str
    role: str
    sent_at: datetime | None = None
    parent: str = ""
    is_branch: bool = False
    content: str = ""
    parts: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    kind: str = "chat"
    source_role: str = ""
    author_label: str = ""
    model: str = ""
    token_count: int | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    call: UsageEvent | None = None
    call_fault: str = ""
    call_raw: Any = None


@dataclass(slots=True)
class ConversationDraft:
    """A conversation. `messages`: the path that its reader saw last, then branches, each in its order.

    `last_activity_at` tells which of two exports of it is the newer. `left_out`: messages that are none to
    read, by their kind.
    """

    key: str
    started_at: datetime
    last_activity_at: datetime
    title: str = ""
    project_name: str = ""
    model: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    messages: list[MessageDraft] = field(default_factory=list)
    branches: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class ConversationFormat:
    """An application's export. `names`: base names of its files, as they lie in folders and archives."""

    kind: str
    names: re.Pattern[str]
    parse: Callable[[dict[str, Any]], ConversationDraft]
    """Raises BadValueError, naming the field."""
