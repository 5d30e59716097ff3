"""Demo data: the same for the same day, made once, and taken away without touching what is real."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import Person, User
from billing.ledger.erase import NotDemoError, erase_demo_usage
from billing.ledger.rebuild import check_rollups
from billing.ledger.record import record_usage
from billing.models import DailyModelUsage, TokenUsage
from chat.models import Conversation, Message
from integrations.demo.seeding import EMAIL, remove_demo, seed_demo
from integrations.models import ImportRun, Source
from projects.models import Project
from tests.factories import make_event, make_person, make_project

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 18, 15, 0, tzinfo=UTC)


def test_a_second_run_adds_nothing_and_a_later_one_only_what_is_new() -> None:
    first = seed_demo(days=2, seed=7, now=NOW)
    assert first.created == first.calls > 500
    assert (first.projects, first.conversations) == (7, 50)
    again = seed_demo(days=2, seed=7, now=NOW)
    assert (again.calls, again.created) == (first.calls, 0)
    later = seed_demo(days=2, seed=7, now=NOW + timedelta(hours=1))
    assert 0 < later.created < 100


def test_it_shows_five_providers_errors_unpriced_work_and_conversations() -> None:
    seed_demo(days=3, seed=7, now=NOW)
    calls = TokenUsage.objects.all()
    assert set(calls.values_list("provider", flat=True)) == {
        "anthropic",
        "openai",
        "google",
        "mistral",
        "openrouter",
    }
    assert calls.filter(status="error").exists()
    assert set(calls.unpriced().values_list("model", flat=True)) >= {"ft:medium:support:0c1a"}
    assert not calls.filter(occurred_at__gt=NOW).exists()
    refund = Conversation.objects.get(title="Refund for order 48213")
    assert [message.role for message in refund.messages.order_by("position")] == [
        "user",
        "assistant",
        "user",
        "assistant",
        "assistant",
    ]
    assert refund.usage.filter(message__isnull=False).count() == 6
    assert not Message.objects.filter(content__contains="{").exclude(content__contains="```").exists()
    assert ImportRun.objects.filter(rejected__gt=0).count() == 1
    assert check_rollups().drifts == ()


def test_removing_the_demo_leaves_what_is_real() -> None:
    project, person = make_project(), make_person()
    record_usage([make_event(project, model="claude-sonnet-4-5", person_id=person.pk)])
    calls = seed_demo(days=2, seed=7, now=NOW).calls
    assert remove_demo() == calls
    assert list(Project.objects.all()) == [project]
    assert list(Person.objects.all()) == [person]
    assert not User.objects.filter(email=EMAIL).exists()
    assert not Source.objects.exists()
    assert TokenUsage.objects.count() == 1
    assert [row.requests for row in DailyModelUsage.objects.exclude(requests=0)] == [1]
    assert check_rollups().drifts == ()


def test_real_spend_is_not_erased() -> None:
    project = make_project()
    record_usage([make_event(project)])
    with pytest.raises(NotDemoError, match="its spend stays"):
        erase_demo_usage([project])
    assert TokenUsage.objects.count() == 1


def test_a_real_project_of_the_same_name_is_left_alone() -> None:
    make_project(name="Helpdesk assistant")
    with pytest.raises(CommandError, match="is no demo") as error:
        call_command("seed_demo", "--days", "1")
    assert error.value.returncode == 2
    assert not TokenUsage.objects.exists()
