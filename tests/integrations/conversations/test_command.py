"""manage.py import_conversations: what it prints, and how it exits."""

import json

import pytest
from django.core.management import call_command

from core.commands import UsageError
from tests.integrations.conversations.exports import chatgpt, chatgpt_message, dialogue, write, zipped

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(capsys):
    """`run(*arguments)`: the exit status and what was printed."""

    def run_command(*arguments: object) -> tuple[int, str]:
        status = 0
        try:
            call_command("import_conversations", *map(str, arguments))
        except SystemExit as stop:
            status = int(stop.code or 0)
        return status, capsys.readouterr().out

    return run_command


def test_json_counts_conversations_messages_and_calls(run, tmp_path) -> None:
    path = write(tmp_path / "c.json", dialogue(2), {"title": "no id"})
    status, out = run("chatgpt", path, "--format", "json")
    counts = {"read": 2, "created": 1, "updated": 0, "unchanged": 0, "duplicates": 0, "rejected": 1}
    assert (status, json.loads(out)) == (
        1,
        {
            **counts,
            "rejections": [{"record": f"{path}: record 2", "reason": "conversation_id: missing"}],
            "conversations": counts,
            "messages": {
                "created": 2,
                "updated": 0,
                "unchanged": 0,
                "branches": 0,
                "left_out": 0,
                "gone": 0,
            },
            "calls": {"created": 0, "unchanged": 0, "duplicates": 0, "rejected": 0},
        },
    )


def test_people_read_what_was_kept_and_what_was_not(run, tmp_path) -> None:
    hidden = chatgpt_message("x", "system", weight=0)
    path = write(tmp_path / "c.json", chatgpt(("s", None, hidden), ("a", "s", chatgpt_message("hi"))))
    status, out = run("chatgpt", path, "--dry-run")
    assert status == 0
    assert [line.split() for line in out.splitlines()[:2]] == [["Read", "1"], ["Created", "1"]]
    assert out.splitlines()[6:] == [
        "Messages: 1 created, 0 updated, 0 unchanged; 0 branches beside the path to read.",
        "Left out: hidden messages (1).",
        "Nothing was changed (dry run).",
    ]


def test_wrong_usage_exits_with_2(run, tmp_path) -> None:
    path = zipped(tmp_path / "e.zip", [("conversations.json", "[]"), ("../evil.txt", "x")])
    with pytest.raises(UsageError, match="refused, nothing was read") as error:
        run("chatgpt", path)
    assert error.value.returncode == 2
    with pytest.raises(UsageError, match="--project: give a name"):
        run("chatgpt", path, "--project", " ")
