"""BestChat's sample database: every figure of expected.json, out of our own tables."""

import json
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.db.models.functions import Length

from accounts.models import Person
from billing.ledger.rebuild import check_rollups
from billing.models import TokenUsage
from chat.models import (
    AutoApprovalPolicy,
    ContextOptimization,
    Conversation,
    FileContent,
    FileUpload,
    Message,
    ToolExecution,
)
from integrations.models import ImportedRow, ProviderConfig, RejectedRecord
from tests.integrations.systems.dumps import Dump, dump, restored
from tests.integrations.systems.support import (
    assert_none_stored,
    assert_nothing_changes,
    clock,
    expected,
    imported,
)

pytestmark = pytest.mark.django_db

NAME = "s5-bestchat/doc"
Figures = dict[str, Any]


@pytest.fixture
def sample(tmp_path: Path) -> Dump:
    return dump(NAME, tmp_path)


@pytest.fixture
def location(sample: Dump, tmp_path: Path) -> Iterator[str]:
    with restored(sample, tmp_path) as place:
        yield place


def imported_as(table: str, keys: list[str]) -> set[UUID]:
    """Which rows of ours these rows of the source became."""
    rows = ImportedRow.objects.filter(source_table=table, source_key__in=keys)
    return set(rows.values_list("target_id", flat=True))


def all_calls(sample: Dump) -> list[Figures]:
    """The calls that were booked, and those that were refused because a count is negative."""
    timeless = imported_as(
        "usage_logs", [row["id"] for row in sample.rows("usage_logs") if row["created_at"] is None]
    )
    booked = [
        {
            "provider": call.provider,
            "model": call.model,
            "user": str(call.person_id),
            "conversation": call.conversation_id,
            "month": None if call.pk in timeless else f"{call.occurred_at:%Y-%m}",
            "input_tokens": call.input_tokens,
            "output_tokens": call.output_tokens,
            "cost": call.cost,
        }
        for call in TokenUsage.objects.booked()
    ]
    people = dict(ImportedRow.objects.filter(source_table="user").values_list("source_key", "target_id"))
    rejected = [
        {
            "provider": raw["provider"].lower(),
            "model": raw["model"],
            "user": str(people[raw["user_id"]]),
            "conversation": raw.get("conversation_id"),
            "month": raw["created_at"][:7],
            "input_tokens": raw["input_tokens"],
            "output_tokens": raw["output_tokens"],
            "cost": Decimal(raw["cost"]),
        }
        for raw in map(json.loads, RejectedRecord.objects.values_list("raw", flat=True))
    ]
    return booked + rejected


def summed(calls: list[Figures], *fields: str) -> dict[tuple[Any, ...], Figures]:
    found: dict[tuple[Any, ...], Figures] = defaultdict(
        lambda: {"rows": 0, "input_tokens": 0, "output_tokens": 0, "cost": Decimal(0), "rows_with_cost": 0}
    )
    for call in calls:
        sums = found[tuple(call[field] for field in fields)]
        sums["rows"] += call.get("rows", 1)
        sums["rows_with_cost"] += call.get("rows_with_cost", call["cost"] is not None)
        for name in ("input_tokens", "output_tokens"):
            sums[name] += call[name]
        sums["cost"] += Decimal(call["cost"] or 0)
    return dict(found)


def true(rows: list[Figures], *fields: str) -> dict[tuple[Any, ...], Figures]:
    """Figures of expected.json, spellings of a provider taken together."""
    calls = [{**row, "provider": row.get("provider", "").lower()} for row in rows]
    return summed(calls, *fields)


def grouped(rows: QuerySet[Any], *fields: str, **sums: Any) -> list[Figures]:
    return list(rows.values(*fields).annotate(rows=Count("pk"), **sums).order_by(*fields))


def test_usage_is_the_sources(location: str, sample: Dump) -> None:
    truth = expected(NAME)
    totals, awkward = truth["totals"], truth["awkward"]
    result = imported("s5", location)
    assert {name: table["read"] for name, table in result["tables"].items()} == truth["row_counts"]
    assert result["unknown_tables"] == {}
    assert result["tables"]["usage_logs"]["rejected"] == awkward["usage_negative"]

    calls = all_calls(sample)
    assert summed(calls) == true([totals["usage_all"]])
    assert summed(calls, "provider") == true(totals["usage_by_provider"], "provider")
    assert summed(calls, "provider", "model") == true(totals["usage_by_provider_model"], "provider", "model")
    people = {row.source_key: str(row.target_id) for row in ImportedRow.objects.filter(source_table="user")}
    by_user = [{**row, "user": people[row["user_id"]]} for row in totals["usage_by_user"]]
    assert summed(calls, "user") == true(by_user, "user")
    without = [call for call in calls if call["conversation"] is None]
    assert summed(without) == true([totals["usage_without_conversation"]])

    assert summed(calls, "month") == true(totals["usage_by_month_utc"], "month")

    booked = TokenUsage.objects.booked()
    nonnegative = {**totals["nonnegative_usage"]}
    nonnegative["cost"] = Decimal(nonnegative["cost"])
    assert nonnegative == booked.aggregate(
        rows_with_cost=Count("cost"),
        rows=Count("pk"),
        input_tokens=Sum("input_tokens"),
        output_tokens=Sum("output_tokens"),
        cost=Sum("cost"),
    )
    assert booked.filter(input_tokens=0, output_tokens=0).count() == awkward["usage_zero_tokens"]
    assert booked.filter(cost__isnull=True).count() == awkward["usage_cost_null"]
    assert booked.filter(cost=0).count() == awkward["usage_cost_zero"]
    assert booked.filter(model="").count() == awkward["usage_empty_model"] == result["awkward"]["no_model"]
    assert booked.filter(model="unknown-model-2099").count() == awkward["usage_unknown_model"]
    assert check_rollups().drifts == ()


def test_what_was_said_and_done_is_the_sources(location: str) -> None:
    truth = expected(NAME)
    totals, awkward, words = truth["totals"], truth["awkward"], truth["vocabularies"]
    result = imported("s5", location)

    cost = Sum("cost")
    assert [
        {**row, "cost": Decimal(row["cost"]), "execution_time_ms": row["execution_time_ms"] or None}
        for row in totals["tools_by_status"]
    ] == [
        {"status": row.pop("source_status"), **row}
        for row in grouped(
            ToolExecution.objects.all(), "source_status", cost=cost, execution_time_ms=Sum("duration_ms")
        )
    ]
    assert [{**row, "cost": Decimal(row["cost"])} for row in totals["tools_by_name"]] == grouped(
        ToolExecution.objects.all(), "tool_name", cost=cost
    )
    assert totals["optimizations"] == [
        {"trigger_reason": row.pop("source_trigger"), "optimization_type": row.pop("source_strategy"), **row}
        for row in grouped(
            ContextOptimization.objects.all(),
            "source_trigger",
            "source_strategy",
            tokens_before=Sum("tokens_before"),
            tokens_after=Sum("tokens_after"),
        )
    ]
    counted = Message.objects.filter(token_count__isnull=False).aggregate(Count("pk"), Sum("token_count"))
    assert totals["messages"] == {
        "token_count": counted["token_count__sum"],
        "token_count_null": truth["row_counts"]["messages"] - counted["pk__count"],
        **Message.objects.aggregate(
            rows=Count("pk"),
            characters=Sum(Length("content")),
            longest=Max(Length("content")),
            empty=Count("pk", filter=Q(content="")),
        ),
    }
    assert totals["messages_by_role"] == [
        {"role": row["role"], "rows": row["rows"], "token_count": row["tokens"]}
        for row in grouped(Message.objects.all(), "role", tokens=Sum("token_count"))
    ]
    assert totals["files"] == {
        **FileUpload.objects.aggregate(
            rows=Count("pk"), bytes=Sum("size_bytes"), without_hash=Count("pk", filter=Q(content=None))
        ),
        "distinct_hashes": FileContent.objects.count(),
    }
    for column, rows, field in (
        ("tool_executions.status", ToolExecution.objects.all(), "source_status"),
        ("tool_executions.tool_name", ToolExecution.objects.all(), "tool_name"),
        ("messages.role", Message.objects.all(), "source_role"),
        ("provider_configs.provider", ProviderConfig.objects.all(), "name"),
        ("conversations.provider", Conversation.objects.all(), "provider"),
    ):
        assert words[column] == [[row[field], row["rows"]] for row in grouped(rows, field)], column
    shapes = {
        column: dict(words[f"json type {column}"])
        for column in ("messages.provider_metadata", "messages.images", "tool_executions.result")
    }
    opened, kept = shapes["messages.provider_metadata"]["string"], shapes["messages.images"]["string"]
    nothing = shapes["tool_executions.result"]["SQL NULL"] + shapes["tool_executions.result"]["null"]
    assert result["awkward"]["double_encoded_json"] == opened
    assert Message.objects.filter(metadata__has_key="images").count() == kept
    assert ToolExecution.objects.filter(result__isnull=True).count() == nothing

    assert Conversation.objects.filter(messages=None).count() == awkward["conversations_without_messages"]
    assert Conversation.objects.filter(title="").count() == awkward["conversations_without_title"]
    assert result["awkward"]["missing_messages"] == awkward["optimizations_naming_a_missing_message"]
    assert result["awkward"]["duplicate_emails"] == len(awkward["users_duplicate_after_trim_lower"])
    for collision in awkward["users_duplicate_after_trim_lower"]:
        assert Person.objects.filter(email_normalized=collision["email"]).count() == collision["rows"]


def test_clocks_are_kept(location: str, sample: Dump) -> None:
    truth = expected(NAME)
    result = imported("s5", location)
    assert (result["awkward"]["no_time"], TokenUsage.objects.booked().count()) == (
        truth["awkward"]["usage_null_created_at"]
        + truth["row_counts"]["messages"]
        - truth["clocks"]['"messages".created_at']["not_null"],
        truth["totals"]["nonnegative_usage"]["rows"],
    )
    asked = imported_as(
        "tool_executions",
        [row["id"] for row in sample.rows("tool_executions") if row["approval_requested_at"]],
    )
    ours: dict[str, tuple[QuerySet[Any], str]] = {
        '"user".created_at': (Person.objects.all(), "created_at"),
        '"user".updated_at': (Person.objects.all(), "updated_at"),
        '"conversations".created_at': (Conversation.objects.all(), "created_at"),
        '"conversations".updated_at': (Conversation.objects.all(), "updated_at"),
        '"tool_executions".approval_requested_at': (
            ToolExecution.objects.filter(pk__in=asked),
            "requested_at",
        ),
        '"tool_executions".approved_at': (ToolExecution.objects.all(), "decided_at"),
        '"tool_executions".executed_at': (ToolExecution.objects.all(), "executed_at"),
        '"tool_executions".completed_at': (ToolExecution.objects.all(), "completed_at"),
        '"tool_executions".created_at': (ToolExecution.objects.all(), "created_at"),
        '"context_optimizations".created_at': (ContextOptimization.objects.all(), "occurred_at"),
        '"file_uploads".created_at': (FileUpload.objects.all(), "created_at"),
        '"provider_configs".created_at': (ProviderConfig.objects.all(), "created_at"),
        '"provider_configs".updated_at': (ProviderConfig.objects.all(), "updated_at"),
        '"auto_approval_settings".updated_at': (AutoApprovalPolicy.objects.all(), "updated_at"),
    }
    timed = Message.objects.filter(created_at=F("sent_at"))
    ours['"messages".created_at'] = (timed, "sent_at")
    for column, (rows, field) in ours.items():
        figures = truth["clocks"][column]
        found = clock(rows, field)
        assert found == {name: figures[name] for name in found}, column


def test_a_second_import_changes_nothing(location: str) -> None:
    first = imported("s5", location)
    rows = ImportedRow.objects.count()
    second = imported("s5", location)
    assert_nothing_changes(second)
    assert {**second["awkward"], "duplicate_emails": 3} == first["awkward"]
    assert ImportedRow.objects.count() == rows


def test_no_secret_is_taken_over(location: str, sample: Dump, caplog: pytest.LogCaptureFixture) -> None:
    configs = [json.loads(row["config"]) for row in sample.rows("provider_configs")]
    out, problems = StringIO(), StringIO()
    with pytest.raises(SystemExit):
        call_command("import_system", "s5", location, "--format", "json", stdout=out, stderr=problems)
    assert_none_stored(
        (config.get("apiKey", "") for config in configs), out.getvalue(), problems.getvalue(), caplog.text
    )
