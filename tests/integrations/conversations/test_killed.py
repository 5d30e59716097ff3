"""An import of conversations that is killed goes on when it is run again."""

import json
import signal
from pathlib import Path

import pytest

from tests.billing.scratch import scratch_database
from tests.integrations.conversations.exports import QUESTION, answer, open_webui, write

pytestmark = pytest.mark.django_db

_KILLED = """
import os, signal
from pathlib import Path
from integrations.services import conversation_import as module
keep, written = module.add_counts, []
def add_counts(run, counts):
    keep(run, counts)
    written.append(counts)
    if len(written) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
module.add_counts = add_counts
module.import_conversations(source_kind="open-webui", paths=[Path({path!r})])
"""
_STATE = """
import json
from billing.ledger.rebuild import check_rollups
from billing.models import TokenUsage
from chat.models import Conversation, Message
from integrations.models import ImportRun
runs = ImportRun.objects.order_by("created_at").values_list("status", "read", "created", "unchanged")
counts = [model.objects.count() for model in (Conversation, Message, TokenUsage)]
print(json.dumps([counts, list(map(list, runs)), len(check_rollups().drifts)]))
"""


def test_the_next_import_completes_it(tmp_path: Path) -> None:
    usage = {"prompt_tokens": 10, "completion_tokens": 2}
    chats = [open_webui(QUESTION, answer(usage=usage), id=f"chat-{number}") for number in range(5)]
    path = write(tmp_path / "chats.json", *chats)
    with scratch_database(tmp_path) as scratch:

        def state() -> list:
            return json.loads(scratch.manage("shell", "--no-imports", "-c", _STATE).stdout)

        killed = scratch.manage("shell", "--no-imports", "-c", _KILLED.format(path=str(path)))
        assert killed.returncode == -signal.SIGKILL
        assert state() == [[2, 4, 2], [["running", 2, 2, 0]], 0]
        scratch.manage("import_conversations", "open-webui", str(path))
        assert state() == [[5, 10, 5], [["running", 2, 2, 0], ["completed", 5, 3, 2]], 0]
