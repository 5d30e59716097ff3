"""Chats of Gemini CLI."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from billing.ledger.events import UsageEvent
from integrations.sources.gemini_cli import FORMAT
from integrations.sources.parsed import Ignored, ParsedUsage, Rejection, Repeat
from tests.integrations.transcripts import START, at

TOKENS = {"input": 3_001, "output": 189, "cached": 2_560, "thoughts": 512, "tool": 40, "total": 3_742}


def header(session: str = "session-a", **fields: Any) -> dict[str, Any]:
    return {"sessionId": session, "projectHash": "a2579342", "startTime": at(0), "kind": "main", **fields}


def answer(answer_id: str = "m-1", seconds: float = 10, **fields: Any) -> dict[str, Any]:
    said = {
        "id": answer_id,
        "timestamp": at(seconds),
        "type": "gemini",
        "content": "hush",
        "model": "gemini-2.5-pro",
    }
    return {**said, "tokens": TOKENS, **fields}


def write(path: Path, *lines: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return path


def chat(folder: Path, *lines: dict[str, Any], name: str = "session-1.jsonl") -> Path:
    return write(folder / "tmp" / "shop-web" / "chats" / name, *lines)


def calls(items: list[object]) -> list[UsageEvent]:
    return [item.event for item in items if isinstance(item, ParsedUsage)]


def test_an_answer(tmp_path, read) -> None:
    user = {"id": "u-1", "timestamp": at(5), "type": "user", "content": [{"text": "hush"}]}
    path = chat(tmp_path, header(), {"$set": {"messages": [user]}}, user, answer())
    assert read("gemini-cli", path) == [
        ParsedUsage(
            f"{path}:4",
            "shop-web",
            UsageEvent(
                occurred_at=START + timedelta(seconds=10),
                provider="google",
                model="gemini-2.5-pro",
                source="",
                native_id="session-a:m-1",
                dedup_scope="gemini-cli",
                observer="gemini-cli",
                service="gemini-cli",
                input_tokens=3_041,
                cache_read_tokens=2_560,
                output_tokens=701,
                reasoning_tokens=512,
                session_id="session-a",
                raw_usage=TOKENS,
            ),
        )
    ]


def test_an_answer_written_again_counts_as_it_was_written_last(tmp_path, read) -> None:
    later = {**TOKENS, "output": 200, "total": 3_753}
    path = chat(
        tmp_path,
        header(),
        answer(tokens=None),
        answer(),
        answer(tokens=later, toolCalls=[{"id": "t-1"}]),
        header(startTime=at(600)),
        {"$set": {"messages": [answer(tokens=later), answer("m-0", 5, tokens=None)]}},
        answer("m-2", 610),
    )
    found = read("gemini-cli", path)
    assert [(event.native_id, event.output_tokens) for event in calls(found)] == [
        ("session-a:m-1", 712),
        ("session-a:m-2", 701),
    ]
    assert [item for item in found if isinstance(item, Repeat)] == [Repeat(f"{path}:4"), Repeat(f"{path}:6")]
    assert found.count(Ignored("answers that Gemini CLI wrote down without tokens")) == 1


def test_chats_of_older_versions_are_one_document(tmp_path, read) -> None:
    path = tmp_path / "session-old.json"
    path.write_text(json.dumps({**header(), "messages": [answer(), answer("m-2", 20)]}, indent=2))
    found = read("gemini-cli", path)
    assert [event.native_id for event in calls(found)] == ["session-a:m-1", "session-a:m-2"]
    assert {item.project_name for item in found} == {"a2579342"}, "no folder names the project"


def test_tool_tokens_that_the_input_holds_already_are_not_added(tmp_path, read) -> None:
    path = chat(tmp_path, header(), answer(tokens={**TOKENS, "total": 3_702}))
    assert [event.input_tokens for event in calls(read("gemini-cli", path))] == [3_001]


def test_more_cached_than_read_means_that_the_cache_is_left_out(tmp_path, read) -> None:
    path = chat(tmp_path, header(), answer(tokens={"input": 10, "output": 5, "cached": 90}))
    assert [event.input_tokens for event in calls(read("gemini-cli", path))] == [100]


def test_subagents_are_named(tmp_path, read) -> None:
    path = chat(tmp_path, header("session-b", kind="subagent"), answer(), name="session-2.jsonl")
    assert [(event.agent_label, event.session_id) for event in calls(read("gemini-cli", path))] == [
        ("subagent", "session-b")
    ]


def test_damage_costs_its_line_alone(tmp_path, read) -> None:
    path = chat(
        tmp_path,
        header(),
        answer("m-1", tokens={**TOKENS, "output": -1}),
        answer("m-2", timestamp="yesterday"),
        answer(""),
        answer("m-4"),
    )
    with path.open("a") as file:
        file.write('{"id": "m-5", "type\n')
    found = read("gemini-cli", path)
    assert [event.native_id for event in calls(found)] == ["session-a:m-4"]
    assert [(item.where, item.reason) for item in found if isinstance(item, Rejection)] == [
        (f"{path}:2", "tokens.output: -1 is negative"),
        (f"{path}:3", "timestamp: “yesterday” is not a time"),
        (f"{path}:4", "id: missing"),
        (f"{path}:6", "is not JSON: Unterminated string starting at at character 15"),
    ]


def test_other_files_are_refused_once_when_named_and_passed_over_in_folders(tmp_path, read) -> None:
    log = tmp_path / "tmp" / "shop-web" / "logs.json"
    log.parent.mkdir(parents=True)
    log.write_text(json.dumps([{"sessionId": "a", "messageId": 0, "type": "user", "message": "hush"}] * 30))
    assert read("gemini-cli", log) == [
        Rejection(str(log), "is not a chat of Gemini CLI: no line is one of a session")
    ]
    chat(tmp_path, header(), answer())
    found = read("gemini-cli", tmp_path)
    assert (len(calls(found)), found[0]) == (1, Ignored("files that are no chats of Gemini CLI"))


def test_the_usual_places(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("GEMINI_CLI_HOME", str(tmp_path))
    assert FORMAT.default_paths() == []
    folder = tmp_path / ".gemini" / "tmp" / "shop" / "chats"
    folder.mkdir(parents=True)
    assert FORMAT.default_paths() == [folder]
