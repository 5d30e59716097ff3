"""What conversations lose when words are no longer kept: rows stay, and with them places, times, costs."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from chat.models import AgentRun, ContextOptimization, Conversation, FileUpload, Message, ToolExecution
from chat.services.uploads import contents_of, delete_unshared
from core.database import in_transaction
from core.kept_members import KeptMembers
from projects.services.emptying import WordTable, empty_some

REMOVED_FILE = "Removed file"
_Status = ToolExecution.Status


def _call_off(calls: "QuerySet[Any]", now: datetime) -> None:
    """Nobody can decide on parameters that are gone."""
    calls.filter(status__in=(_Status.PENDING, _Status.APPROVED)).update(status=_Status.CANCELLED)


MESSAGE_WORDS = WordTable(
    Message,
    "sent_at",
    {
        "content": "",
        "parts": [],
        "attachments": [],
        # Where it stands among branches, and the hash by which a live client's repeat of it is known.
        "metadata": KeptMembers("metadata", "turn", "parent", "branch", "gone"),
    },
)
TOOL_WORDS = WordTable(
    ToolExecution,
    "requested_at",
    {
        "parameters": None,
        "result": None,
        "error": "",
        "metadata": KeptMembers("metadata", "approved_by", "cancelled_by"),
    },
    waiting=Q(status=_Status.EXECUTING),
    before=_call_off,
)
RUN_WORDS = WordTable(
    AgentRun,
    "created_at",
    {"task": "", "input_context": {}, "thinking": "", "result": "", "error": "", "metadata": {}},
)
OPTIMIZATION_WORDS = WordTable(
    ContextOptimization, "occurred_at", {"summary": "", "affected_messages": [], "metadata": {}}
)
CONVERSATION_WORDS = WordTable(
    Conversation,
    "last_activity_at",
    {"title": "", "description": "", "system_prompt": "", "tags": [], "metadata": {}},
)
FILE_WORDS = WordTable(
    FileUpload,
    "created_at",
    {"name": REMOVED_FILE, "stored_name": "", "storage_path": "", "metadata": {}, "content": None},
)
MESSAGE_TABLES = (MESSAGE_WORDS, TOOL_WORDS, RUN_WORDS, OPTIMIZATION_WORDS)


def wordless(
    conversations: "QuerySet[Conversation]", *, sent_since: datetime | None = None
) -> "QuerySet[Conversation]":
    """Those whose messages (with `sent_since`: the later ones) have all lost their words."""
    messages = Message._base_manager.filter(
        project_id=OuterRef("project_id"), conversation_id=OuterRef("pk"), purged_at__isnull=True
    )
    if sent_since is not None:
        messages = messages.filter(sent_at__gte=sent_since)
    return conversations.filter(~Exists(messages))


def empty_files(uploads: "QuerySet[FileUpload]", size: int, *, now: datetime) -> int:
    """Empty `size` of one project's uploads, and delete contents that no other upload shares."""

    def work() -> int:
        ids = list(uploads.order_by("created_at").values_list("pk", flat=True)[:size])
        chosen = uploads.order_by().filter(pk__in=ids)
        contents = contents_of(chosen)
        emptied = empty_some(FILE_WORDS, chosen, size, now=now)
        delete_unshared(contents)
        return emptied

    return in_transaction(work)
