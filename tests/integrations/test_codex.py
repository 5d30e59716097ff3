"""Rollouts of Codex."""

from datetime import timedelta

import pytest

from billing.ledger.events import UsageEvent
from integrations.sources.codex import FORMAT
from integrations.sources.parsed import Ignored, Notice, ParsedUsage, Rejection, Repeat
from tests.integrations.rollouts import counted, meta, record, turn, usage, write
from tests.integrations.transcripts import START

FIRST = usage(3_001, 701, cached=2_560, stored=100, thought=512)


def calls(items: list[object]) -> list[UsageEvent]:
    return [item.event for item in items if isinstance(item, ParsedUsage)]


def sizes(items: list[object]) -> list[tuple[str, int | None, int | None]]:
    return [(event.native_id, event.input_tokens, event.output_tokens) for event in calls(items)]


def test_a_call(tmp_path, read) -> None:
    path = write(tmp_path / "rollout-1.jsonl", meta(), turn(), record("resp_1", FIRST))
    assert read("codex", path) == [
        ParsedUsage(
            f"{path}:3",
            "shop_web",
            UsageEvent(
                occurred_at=START + timedelta(seconds=10),
                provider="openai",
                model="gpt-5",
                source="",
                native_id="resp_1",
                dedup_scope="codex",
                observer="codex",
                service="codex_cli_rs",
                response_id="resp_1",
                input_tokens=3_001,
                cache_read_tokens=2_560,
                cache_write_tokens=100,
                output_tokens=701,
                reasoning_tokens=512,
                session_id="session-a",
                raw_usage=FIRST,
            ),
        )
    ]


def test_a_turn_is_told_of_once_by_whichever_kind_of_line_there_is(tmp_path, read) -> None:
    second, third = usage(200, 20), usage(300, 30)
    path = write(
        tmp_path / "rollout-1.jsonl",
        meta(),
        turn("turn-1"),
        record("resp_1", FIRST),
        counted(FIRST, FIRST),
        turn("turn-2", "gpt-5-mini"),
        counted(second, usage(3_201, 721, cached=2_560, stored=100, thought=512), 20),
        counted(second, usage(3_201, 721, cached=2_560, stored=100, thought=512), 21),
        turn("turn-2", "gpt-5-mini"),
        counted(third, usage(3_501, 751, cached=2_560, stored=100, thought=512), 30),
    )
    found = read("codex", path)
    assert sizes(found) == [
        ("resp_1", 3_001, 701),
        ("session-a:3201:2560:100:721:512", 200, 20),
        ("session-a:3501:2560:100:751:512", 300, 30),
    ]
    assert [event.model for event in calls(found)] == ["gpt-5", "gpt-5-mini", "gpt-5-mini"]
    assert [event.response_id for event in calls(found)] == ["resp_1", "", ""]


def test_totals_alone_are_told_apart(tmp_path, read) -> None:
    path = write(
        tmp_path / "rollout-1.jsonl",
        meta(),
        turn(None),
        counted(None, usage(100, 10)),
        turn(None),
        counted(None, usage(350, 35, cached=200), 20),
        turn(None),
        counted(None, usage(40, 4), 30),
        turn(None),
        counted(None, None, 40),
    )
    assert sizes(read("codex", path)) == [
        ("session-a:100:0:0:10:0", 100, 10),
        ("session-a:350:200:0:35:0", 250, 25),
        ("session-a:1:40:0:0:4:0", 40, 4),
    ]


def test_zeros_and_failed_turns_are_no_calls(tmp_path, read) -> None:
    overflow = {**usage(0, 0), "total_tokens": 258_400}
    path = write(
        tmp_path / "rollout-1.jsonl",
        meta(),
        turn("turn-1"),
        counted(overflow, overflow),
        turn("turn-2"),
        record("resp_2", usage(0, 0)),
        turn("turn-3"),
    )
    assert read("codex", path) == []


def test_a_record_without_an_id_leaves_the_turn_to_its_token_count(tmp_path, read) -> None:
    path = write(tmp_path / "rollout-1.jsonl", meta(), turn(), record("", FIRST), counted(FIRST, FIRST))
    assert sizes(read("codex", path)) == [("session-a:3001:2560:100:701:512", 3_001, 701)]


def test_calls_without_a_model_get_none_and_the_person_is_told(tmp_path, read) -> None:
    path = write(tmp_path / "rollout-1.jsonl", meta(), turn(None, None), counted(FIRST, FIRST))
    call, notice = read("codex", path)
    assert (call.event.model, call.event.provider) == ("", "openai")
    assert notice == Notice("Calls without a model, which older versions of Codex left out: 1.")


@pytest.mark.parametrize(
    ("configured", "model", "provider"),
    [
        ("openai", "gpt-5", "openai"),
        ("azure", "gpt-5", "azure"),
        ("my-proxy", "gpt-5", "openai"),
        ("my-proxy", "house-model", "my-proxy"),
        ("oss", "gpt-oss:20b", "ollama"),
        (None, "gpt-5", "openai"),
    ],
)
def test_the_provider(tmp_path, read, configured, model, provider) -> None:
    first = meta(model_provider=configured)
    path = write(tmp_path / "rollout-1.jsonl", first, turn("turn-1", model), record("resp_1", FIRST))
    assert [event.provider for event in calls(read("codex", path))] == [provider]


@pytest.mark.parametrize(
    ("directory", "project"),
    [("C:\\Users\\ada\\shop web", "shop web"), ("/home/dev/shop/", "shop"), ("/", ""), (None, "")],
)
def test_the_project_is_the_directory_of_the_session(tmp_path, read, directory, project) -> None:
    path = write(tmp_path / "rollout-1.jsonl", meta(cwd=directory), turn(), record("resp_1", FIRST))
    assert [item.project_name for item in read("codex", path)] == [project]


def test_forks_and_subagents_repeat_their_parents_counts(tmp_path, read) -> None:
    after_two, after_child = usage(3_201, 721, cached=2_560), usage(3_301, 731, cached=2_560)
    history = [turn(None), counted(FIRST, FIRST, 10), turn(None), counted(usage(200, 20), after_two, 20)]
    copied = [{**line, "timestamp": "2026-11-18T13:00:00.100Z"} for line in history]
    child = [
        meta("session-b", 3_600, source={"subagent": {"thread_spawn": {"agent_role": "explorer"}}}),
        meta("session-a", 3_600),
        *copied,
        turn(None, seconds=3_600),
        counted(usage(100, 10), after_child, 3_620),
    ]
    grandchild = [
        meta("session-c", 7_200, forked_from_id="session-b"),
        *({**line, "timestamp": "2026-11-18T14:00:00.100Z"} for line in child),
    ]
    write(tmp_path / "rollout-2026-11-18T12.jsonl", meta("session-a"), *history)
    write(tmp_path / "rollout-2026-11-18T13.jsonl", *child)
    write(tmp_path / "rollout-2026-11-18T14.jsonl", *grandchild)
    found = read("codex", tmp_path)
    assert [(event.session_id, event.input_tokens, event.agent_label) for event in calls(found)] == [
        ("session-a", 3_001, ""),
        ("session-a", 200, ""),
        ("session-b", 100, "explorer"),
    ]
    assert [type(item) for item in found].count(Repeat) == 5
    alone = read("codex", tmp_path / "rollout-2026-11-18T13.jsonl")
    assert {native for native, _, _ in sizes(alone)} == {native for native, _, _ in sizes(found)}


def test_a_session_in_use_wins_over_its_archived_copy(tmp_path, read) -> None:
    lines = [meta(), turn(None), counted(FIRST, FIRST)]
    write(tmp_path / "archived_sessions" / "rollout-1.jsonl", *lines)
    active = write(tmp_path / "sessions" / "2026" / "rollout-1.jsonl", *lines)
    first, second = read("codex", tmp_path)
    assert first.where == f"{active}:3"
    assert second == Repeat(f"{tmp_path / 'archived_sessions' / 'rollout-1.jsonl'}:3")


def test_damaged_lines_cost_themselves_alone(tmp_path, read) -> None:
    path = write(
        tmp_path / "rollout-1.jsonl",
        meta(),
        {"type": [], "payload": {}},
        turn(),
        record("resp_1", {**FIRST, "input_tokens": -1}),
        record("resp_2", FIRST),
    )
    with path.open("a") as file:
        file.write('{"type": "event_msg", "payl\n')
    found = read("codex", path)
    assert [native for native, _, _ in sizes(found)] == ["resp_2"]
    assert [(item.where, item.reason) for item in found if isinstance(item, Rejection)] == [
        (f"{path}:4", "input_tokens: -1 is negative"),
        (f"{path}:6", "is not JSON: Unterminated string starting at at character 23"),
    ]


def test_other_files_are_refused_once_when_named_and_passed_over_in_folders(tmp_path, read) -> None:
    other = write(tmp_path / "history.jsonl", *({"session_id": "a", "text": "hush"} for _ in range(30)))
    assert read("codex", other) == [
        Rejection(str(other), "is not a rollout of Codex: no line is one of a session")
    ]
    write(tmp_path / "rollout-1.jsonl", meta(), turn(), record("resp_1", FIRST))
    assert read("codex", tmp_path)[0] == Ignored("files that are no rollouts of Codex")


def test_the_usual_places(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("CODEX_HOME", str(tmp_path))
    assert FORMAT.default_paths() == []
    (tmp_path / "sessions").mkdir()
    (tmp_path / "archived_sessions").mkdir()
    assert FORMAT.default_paths() == [tmp_path / "sessions", tmp_path / "archived_sessions"]
