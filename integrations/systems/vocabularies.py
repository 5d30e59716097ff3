"""Words that several systems use, and ours for them. A word that is not here is flagged, never guessed."""

from collections.abc import Mapping

from chat.models import Message
from integrations.systems.row import Row
from projects.models.work_status import WorkStatus

_QUEUED = "pending created idle waiting delayed queued approval_required acknowledged_by_worker"
_RUNNING = "running preparing preparing_input generating_stream processing_stream active executing"
_SUCCEEDED = "completed completed_by_tag succeeded"
_CANCELLED = "canceled cancelled rejected"

WORK_STATUS: dict[str, str] = {
    **dict.fromkeys(_QUEUED.split(), WorkStatus.QUEUED),
    **dict.fromkeys((*_RUNNING.split(), "in_progress", "approved"), WorkStatus.RUNNING),
    **dict.fromkeys(_SUCCEEDED.split(), WorkStatus.SUCCEEDED),
    "failed": WorkStatus.FAILED,
    **dict.fromkeys(_CANCELLED.split(), WorkStatus.CANCELLED),
}

ROLES = {role: role for role in Message.Role.values}


def translated(
    row: Row, column: str, words: Mapping[str, str], otherwise: str, *, empty: str | None = None
) -> str:
    """Our word for the value of `column`; `otherwise` for an unknown one, which is flagged.

    `empty` (default: `otherwise`) stands for no value. Keep the source's own word beside it.
    """
    word = row.word(column)
    if not word:
        return otherwise if empty is None else empty
    if word not in words:
        row.flag("unknown_words")
    return words.get(word, otherwise)
