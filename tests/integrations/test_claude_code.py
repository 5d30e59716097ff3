"""Claude Code transcripts."""

from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from pathlib import Path

import pytest

from billing.ledger.events import UsageEvent
from integrations.sources.claude_code import FORMAT
from integrations.sources.parsed import Ignored, Parsed, ParsedUsage, Rejection, Repeat
from tests.integrations.transcripts import START, USAGE, at, line, opening, write


def calls(parsed: list[Parsed]) -> list[UsageEvent]:
    return [item.event for item in parsed if isinstance(item, ParsedUsage)]


def test_a_call(tmp_path, read) -> None:
    path = write(tmp_path / "a.jsonl", opening(), line())
    assert read("claude-code", path) == [
        ParsedUsage(
            where=f"{path}:2",
            project_name="shop",
            event=UsageEvent(
                occurred_at=START + timedelta(seconds=1),
                provider="anthropic",
                model="claude-sonnet-4-5",
                source="",
                native_id="msg_1:req_1",
                dedup_scope="claude-code",
                observer="claude-code",
                response_id="msg_1",
                request_id="req_1",
                input_tokens=2_310,
                cache_read_tokens=2_000,
                cache_write_tokens=300,
                cache_write_1h_tokens=200,
                output_tokens=50,
                web_search_requests=1,
                session_id="session-a",
                raw_usage=USAGE,
            ),
        )
    ]


def test_blocks_of_one_message_are_one_call_of_the_largest_usage_and_the_earliest_time(
    tmp_path, read
) -> None:
    path = write(
        tmp_path / "a.jsonl",
        opening(),
        line(usage={"output_tokens": 2}),
        line(timestamp=at(3)),
        line(timestamp=at(4), usage={"output_tokens": 7}),
    )
    parsed = read("claude-code", path)
    assert [item for item in parsed if isinstance(item, Repeat)] == [Repeat(f"{path}:3"), Repeat(f"{path}:4")]
    assert [(call.output_tokens, call.occurred_at) for call in calls(parsed)] == [
        (50, START + timedelta(seconds=1))
    ]


def test_one_message_with_two_request_ids_is_two_calls(tmp_path, read) -> None:
    path = write(tmp_path / "a.jsonl", line(), line(request="req_2"))
    assert [call.native_id for call in calls(read("claude-code", path))] == ["msg_1:req_1", "msg_1:req_2"]


def fork(folder: Path) -> tuple[Path, Path]:
    """A session and its fork, which copies the history under its own session id."""
    history = [{"type": "user", "timestamp": at(1), "sessionId": "session-a"}, line(timestamp=at(2))]
    copies = [{**copied, "sessionId": "session-0"} for copied in history]
    original = write(folder / "z.jsonl", opening(), *history)
    own = line("msg_2", "req_2", timestamp=at(60), sessionId="session-0")
    return original, write(folder / "a.jsonl", opening("session-0", seconds=50), *copies, own)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_original_session_keeps_a_call_that_a_fork_copies(tmp_path, read, order) -> None:
    files = fork(tmp_path)
    parsed = read("claude-code", *(files[position] for position in order))
    assert [(call.native_id, call.session_id) for call in calls(parsed)] == [
        ("msg_1:req_1", "session-a"),
        ("msg_2:req_2", "session-0"),
    ]
    assert sum(isinstance(item, Repeat) for item in parsed) == 1


def test_a_fork_that_names_its_original_needs_no_other_file(tmp_path, read) -> None:
    copied = line(sessionId="session-0", forkedFrom={"sessionId": "session-a", "messageUuid": "uuid-msg_1"})
    (call,) = calls(read("claude-code", write(tmp_path / "a.jsonl", copied)))
    assert call.session_id == "session-a"


def test_the_order_of_files_never_matters(tmp_path, read) -> None:
    main = write(tmp_path / "main.jsonl", opening(), line(usage={"output_tokens": 2}), line("msg_3", "req_3"))
    replay = line(isSidechain=True, agentId="x", attributionAgent="general-purpose")
    own = line("msg_2", "req_2", isSidechain=True, attributionAgent="general-purpose", timestamp=at(9))
    agent = write(tmp_path / "main" / "subagents" / "agent-x.jsonl", replay, own)
    forked = write(tmp_path / "fork.jsonl", opening("session-0", 90), line(sessionId="session-0"))
    outcomes = [read("claude-code", *order) for order in permutations([main, agent, forked])]
    found = [sorted(calls(parsed), key=lambda call: call.native_id) for parsed in outcomes]
    assert all(each == found[0] for each in found)
    assert [(call.native_id, call.session_id, call.agent_label, call.output_tokens) for call in found[0]] == [
        ("msg_1:req_1", "session-a", "", 50),
        ("msg_2:req_2", "session-a", "general-purpose", 50),
        ("msg_3:req_3", "session-a", "", 50),
    ]


def test_a_subagent_that_replays_its_parent_under_another_request_id(tmp_path, read) -> None:
    main = write(tmp_path / "main.jsonl", line())
    agent = write(tmp_path / "agent-x.jsonl", line(request=None, isSidechain=True))
    parsed = read("claude-code", agent, main)
    assert [call.native_id for call in calls(parsed)] == ["msg_1:req_1"]
    assert [item for item in parsed if isinstance(item, Repeat)] == [Repeat(f"{agent}:1")]


def test_the_kind_of_a_subagent_may_stand_in_a_note_beside_its_transcript(tmp_path, read) -> None:
    agent = write(tmp_path / "agent-x.jsonl", line(isSidechain=True))
    write(tmp_path / "agent-x.meta.json", {"agentType": "explorer"})
    assert [call.agent_label for call in calls(read("claude-code", agent))] == ["explorer"]


def test_notes_of_api_errors_are_no_calls(tmp_path, read) -> None:
    nothing = dict.fromkeys(
        ("input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"), 0
    )
    path = write(
        tmp_path / "a.jsonl",
        line(model="<synthetic>", usage=nothing),
        line(isApiErrorMessage=True, usage=nothing),
        line("msg_9", isApiErrorMessage=True),
    )
    parsed = read("claude-code", path)
    assert parsed[:2] == [Ignored("API errors that Claude Code noted")] * 2
    assert [call.native_id for call in calls(parsed)] == ["msg_9:req_1"]


def test_lines_without_message_id_count_each_and_keep_their_ids(tmp_path, read) -> None:
    path = write(tmp_path / "a.jsonl", line(None), line(None), line(None, timestamp=at(5)))
    first, again = (calls(read("claude-code", path)) for _ in range(2))
    assert len({call.native_id for call in first}) == 3
    assert first == again
    moved = write(tmp_path / "moved" / "b.jsonl", line(None, sessionId="session-b"))
    assert {call.native_id for call in calls(read("claude-code", moved))} <= {
        call.native_id for call in first
    }


def test_older_and_faster_forms(tmp_path, read) -> None:
    old = line("msg_1", costUSD=0.0123, usage={"cache_creation": None, "server_tool_use": None})
    fast = line("msg_2", usage={"speed": "fast"})
    batch = line("msg_3", usage={"service_tier": "batch"})
    bedrock = line("msg_bdrk_4", model="us.anthropic.claude-sonnet-4-5")
    bare = line("msg_5", usage=dict.fromkeys(USAGE))
    found = calls(read("claude-code", write(tmp_path / "a.jsonl", old, fast, batch, bedrock, bare)))
    by_id = {call.native_id.partition(":")[0]: call for call in found}
    assert by_id["msg_1"].reported_cost == Decimal("0.0123")
    assert (by_id["msg_1"].cache_write_tokens, by_id["msg_1"].cache_write_1h_tokens) == (300, None)
    assert by_id["msg_1"].web_search_requests is None
    assert [by_id[name].service_tier for name in ("msg_1", "msg_2", "msg_3")] == ["", "fast", "batch"]
    assert by_id["msg_bdrk_4"].provider == "bedrock"
    assert (by_id["msg_5"].input_tokens, by_id["msg_5"].output_tokens) == (None, None)


@pytest.mark.parametrize(
    ("folder", "cwd", "project"),
    [
        ("any", "/home/dev/shop-web", "shop-web"),
        ("any", "/home/dev/shop_web/", "shop_web"),
        ("any", "C:\\Users\\dev\\shop", "shop"),
        ("any", "/", ""),
        ("any", None, ""),
        ("-home-dev-shop-web", "/home/dev/shop_web/backend/api", "shop_web"),
        ("C--Users-dev-shop", "C:\\Users\\dev\\shop\\backend", "shop"),
        ("-home-dev-other", "/home/dev/shop/backend", "backend"),
    ],
)
def test_the_project_is_the_directory_where_the_session_began(tmp_path, read, folder, cwd, project) -> None:
    path = write(tmp_path / folder / "a.jsonl", line(cwd=cwd))
    assert [item.project_name for item in read("claude-code", path)] == [project]


@pytest.mark.parametrize(
    ("overrides", "reason"),
    [
        ({"timestamp": None}, "timestamp: missing"),
        ({"timestamp": "noon"}, "timestamp: “noon” is not a time"),
        ({"usage": {"input_tokens": -1}}, "input_tokens: -1 is negative"),
        ({"usage": {"output_tokens": True}}, "output_tokens: True is not a whole number"),
        (
            {"usage": {"server_tool_use": {"web_search_requests": 0.5}}},
            "server_tool_use.web_search_requests: 0.5 is not a whole number",
        ),
        ({"requestId": 5}, "message.id, requestId: are not text"),
    ],
)
def test_bad_lines_are_named_and_the_rest_kept(tmp_path, read, overrides, reason) -> None:
    path = write(tmp_path / "a.jsonl", line("msg_bad", **overrides), line())
    parsed = read("claude-code", path)
    (rejection,) = [item for item in parsed if isinstance(item, Rejection)]
    assert (rejection.where, rejection.reason) == (f"{path}:1", reason)
    assert "hello" not in rejection.raw
    assert [call.native_id for call in calls(parsed)] == ["msg_1:req_1"]


def test_other_json_lines_are_no_transcript(tmp_path, read) -> None:
    path = write(tmp_path / "a.jsonl", {"type": "session_meta"}, {"type": "event_msg"})
    assert read("claude-code", path) == [
        Rejection(str(path), "is not a Claude Code transcript: no line has a sessionId")
    ]


def test_a_transcript_without_calls_is_fine(tmp_path, read) -> None:
    path = write(tmp_path / "a.jsonl", opening(), {"type": "summary", "summary": "x", "leafUuid": "y"})
    assert read("claude-code", path) == []


def test_where_transcripts_lie(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "configured"))
    assert FORMAT.default_paths() == []
    for folder in (".claude", "configured"):
        (tmp_path / folder / "projects").mkdir(parents=True)
    assert FORMAT.default_paths() == [tmp_path / "configured" / "projects", tmp_path / ".claude" / "projects"]
