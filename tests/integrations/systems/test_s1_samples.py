"""The AI app builder's sample databases: every figure of expected.json, out of our own tables."""

from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.core.management import call_command
from django.db.models import Count, Q, Sum
from django.db.models.functions import Length

from accounts.models import Person
from billing.ledger.rebuild import check_rollups
from billing.models import TokenUsage
from chat.models import Message
from integrations.models import Deployment, GitHubRepository, ImportedRow, Integration
from projects.models import Container, Project
from tests.integrations.systems.support import (
    assert_none_stored,
    assert_nothing_changes,
    clock,
    expected,
    imported,
    unpacked,
    usage_by,
)

pytestmark = pytest.mark.django_db

VARIANTS = ["s1-ai-builder/doc", "s1-ai-builder/head"]


@pytest.fixture(params=VARIANTS)
def sample(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    return unpacked(request.param, tmp_path), expected(request.param)


def in_source(path: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(path), read_only=True) as source:
        return source.execute(query).fetchall()


def test_every_figure_is_reproduced(sample: tuple[Path, dict[str, Any]]) -> None:
    path, truth = sample
    result = imported("s1", path)
    assert {name: table["read"] for name, table in result["tables"].items()} == truth["row_counts"]
    assert result["unknown_tables"] == {}

    totals, awkward = truth["totals"], truth["awkward"]
    nonnegative = totals["nonnegative_usage"]
    booked = TokenUsage.objects.booked().aggregate(
        rows=Count("pk"), input_tokens=Sum("input_tokens"), output_tokens=Sum("output_tokens")
    )
    assert booked == {name: nonnegative[name] for name in booked}
    assert result["tables"]["token_usage"]["rejected"] == awkward["usage_negative_tokens"]
    assert {
        name: result["awkward"][name]
        for name in ("total_differs", "no_model", "no_provider", "no_time", "duplicate_emails")
    } == {
        "total_differs": awkward["usage_total_differs"],
        "no_model": awkward["usage_empty_model"],
        "no_provider": awkward["usage_empty_provider"],
        "no_time": awkward["usage_null_created_at"],
        "duplicate_emails": len(awkward["users_duplicate_by_case"]),
    }
    messages = Message.objects.aggregate(
        characters=Sum(Length("content")), empty=Count("pk", filter=Q(content=""))
    )
    assert messages == {name: totals["message_text"][name] for name in messages}
    by_role = {row["role"]: row["rows"] for row in totals["messages_by_role"]}
    assert dict(Message.objects.values_list("role").annotate(Count("pk")).order_by()) == by_role
    links = ImportedRow.objects.filter(source_table="token_usage.message")
    assert links.count() == awkward["messages_linked_to_usage"]
    unbooked = links.exclude(target_id__in=TokenUsage.objects.filter(message__isnull=False).values("message"))
    # A refused call has no message, and a call without a project does not point into one.
    apart = in_source(
        path,
        "SELECT id::text FROM token_usage WHERE least(input_tokens, output_tokens) < 0 OR project_id IS NULL",
    )
    assert {key for (key,) in apart} >= set(unbooked.values_list("source_key", flat=True))


def test_sums_by_provider_model_and_project_are_the_sources(sample: tuple[Path, dict[str, Any]]) -> None:
    path, _ = sample
    imported("s1", path)
    source = in_source(
        path,
        "SELECT lower(provider), model, project_id::text, count(*), sum(input_tokens)::bigint,"
        " sum(output_tokens)::bigint FROM token_usage WHERE coalesce(input_tokens, 0) >= 0"
        " AND coalesce(output_tokens, 0) >= 0 GROUP BY ALL",
    )
    names = dict(ImportedRow.objects.filter(source_table="projects").values_list("target_id", "source_key"))
    ours = {
        ("" if provider == "unknown" else provider, model, names.get(project)): (
            sums["rows"],
            sums["input_tokens"],
            sums["output_tokens"],
        )
        for (provider, model, project), sums in usage_by("provider", "model", "project").items()
    }
    assert ours == {(provider, model, project): tuple(sums) for provider, model, project, *sums in source}


def test_clocks_are_kept(sample: tuple[Path, dict[str, Any]]) -> None:
    path, truth = sample
    imported("s1", path)
    tables: dict[str, Any] = {
        "projects": Project.objects.filter(kind="regular"),
        "containers": Container.objects.all(),
        "conversation_messages": Message.objects.all(),
        "users": Person.objects.all(),
        "github_repositories": GitHubRepository.objects.all(),
        "vercel_deployments": Deployment.objects.all(),
        "integrations": Integration.objects.all(),
    }
    for column, figures in truth["clocks"].items():
        table, _, field = column.replace('"', "").partition(".")
        if table in tables:
            found = clock(tables[table], field)
            assert found == {name: figures[name] for name in found}, column


def test_a_second_import_changes_nothing_and_rollups_agree(sample: tuple[Path, dict[str, Any]]) -> None:
    path, _ = sample
    first = imported("s1", path)
    rows = ImportedRow.objects.count()
    second = imported("s1", path)
    assert_nothing_changes(second)
    assert second["awkward"] == first["awkward"]
    assert ImportedRow.objects.count() == rows
    assert check_rollups().drifts == ()


def test_no_secret_is_taken_over(
    sample: tuple[Path, dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    path, _ = sample
    columns = in_source(path, "SELECT github_token, vercel_token FROM users")
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("import_system", "s1", str(path), "--format", "json", stdout=out)
    assert_none_stored((token for row in columns for token in row if token), out.getvalue(), caplog.text)


def test_costs_are_computed_for_models_that_the_price_book_knows(tmp_path: Path) -> None:
    imported("s1", unpacked("s1-ai-builder/head", tmp_path))
    haiku = TokenUsage.objects.booked().filter(model="claude-3-haiku-20240307", input_tokens__isnull=False)
    call = haiku.exclude(output_tokens=None).order_by("input_tokens").last()
    assert call is not None
    assert call.cost == (Decimal(call.input_tokens) * 25 + Decimal(call.output_tokens) * 125) / 10**8
