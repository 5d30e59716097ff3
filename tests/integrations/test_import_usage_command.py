"""manage.py import_usage: what it prints, and how it exits."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from core.commands import UsageError
from tests.integrations.transcripts import line, write

pytestmark = pytest.mark.django_db

HEADER = "id,occurred_at,provider,model,input_tokens\n"


@pytest.fixture
def usage(tmp_path) -> Path:
    path = tmp_path / "usage.csv"
    path.write_text(f"{HEADER}c1,2026-11-18,anthropic,claude,10\nc1,2026-11-18,anthropic,claude,10\n")
    return path


@pytest.fixture
def run(capsys):
    """`run(*arguments)`: the exit status and what was printed."""

    def run_command(*arguments: str | Path) -> tuple[int, str]:
        status = 0
        try:
            call_command("import_usage", *map(str, arguments))
        except SystemExit as stop:
            status = int(stop.code or 0)
        return status, capsys.readouterr().out

    return run_command


def test_json_is_exactly_the_counts_and_the_rejections(run, usage) -> None:
    status, out = run("csv", usage, "--format", "json")
    assert (status, json.loads(out)) == (
        0,
        {"read": 2, "created": 1, "unchanged": 0, "duplicates": 1, "rejected": 0, "rejections": []},
    )
    usage.write_text(f"{HEADER}c1,2026-11-18,anthropic,claude,ten\nc2,2026-11-18,anthropic,claude,10\n")
    status, out = run("csv", usage, "--format", "json", "--dry-run")
    assert (status, json.loads(out)) == (
        1,
        {
            "read": 2,
            "created": 1,
            "unchanged": 0,
            "duplicates": 0,
            "rejected": 1,
            "rejections": [{"record": f"{usage}:2", "reason": "input_tokens: “ten” is not a whole number"}],
        },
    )


def test_people_read_a_table_and_the_reasons(run, usage) -> None:
    rows = "".join(f"c{number},2026-11-18,anthropic,claude,ten,x\n" for number in range(22))
    usage.write_text(HEADER.replace("\n", ",colour\n") + rows)
    status, out = run("csv", usage, "--dry-run")
    lines = out.splitlines()
    assert status == 1
    assert [text.split() for text in lines[:5]] == [
        ["Read", "22"],
        ["Created", "0"],
        ["Unchanged", "0"],
        ["Duplicates", "0"],
        ["Rejected", "22"],
    ]
    assert lines[5] == f"{usage}:1: columns not known and left out: colour"
    assert lines[6] == f"Rejected {usage}:2: input_tokens: “ten” is not a whole number"
    assert lines[-2:] == ["… and 2 more rejections.", "Nothing was changed (dry run)."]


def test_what_is_no_call_is_told(run, tmp_path) -> None:
    nothing = {
        "input_tokens": 0,
        "output_tokens": 0,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
    }
    path = write(tmp_path / "a.jsonl", line(), line(model="<synthetic>", usage=nothing))
    status, out = run("claude-code", path)
    assert status == 0
    assert out.splitlines()[5:] == ["No calls, left out: API errors that Claude Code noted (1)."]


def test_transcripts_are_found_where_they_lie(run, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("CLAUDE_CONFIG_DIR", raising=False)
    with pytest.raises(UsageError, match="claude-code: give a file or folder; the usual place has none"):
        run("claude-code")
    write(tmp_path / ".claude" / "projects" / "-home-dev-shop" / "a.jsonl", line())
    status, out = run("claude-code", "--format", "json")
    assert (status, json.loads(out)["created"]) == (0, 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["csv", "missing.csv"], "missing.csv: no such file or folder"),
        (["csv", "."], r"the folder holds no \*.csv or \*.tsv file"),
        (["csv", "usage.csv", "--project", " "], "--project: give a name of 1 to 200 printable characters"),
        (
            ["csv", "usage.csv", "--source-name", "x" * 101],
            "--source-name: give a name of 1 to 100 printable",
        ),
    ],
)
def test_wrong_usage_exits_with_2(run, tmp_path, monkeypatch, arguments, message) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=message) as error:
        run(*arguments)
    assert error.value.returncode == 2


def test_an_unknown_format_is_wrong_usage(run) -> None:
    with pytest.raises(CommandError, match="invalid choice: 'nope'"):
        run("nope", "x")
