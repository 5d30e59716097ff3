"""What smaller contexts saved: by strategy and trigger, for days and projects, as a page and as files."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.urls import reverse

from tests.cast import Actor, Cast, signed_in
from tests.chat.content import make_optimization
from tests.factories import make_member, make_project

pytestmark = pytest.mark.django_db

URL = reverse("chat:optimizations")
DAYS = {"from": "2026-11-18", "to": "2026-11-18"}


@pytest.fixture
def saved(cast: Cast) -> None:
    """Three of the cast's project (600, 600 and 100 saved), one of another, one a day later."""
    for _ in range(2):
        make_optimization(cast.project)
    make_optimization(cast.project, strategy="compression", trigger="token_limit", tokens_after=900)
    make_optimization(make_project(), strategy="summarization", trigger="auto", tokens_after=300)
    make_optimization(cast.project, occurred_at=datetime(2026, 11, 19, tzinfo=UTC))


def asked(actor: Actor, **params: Any) -> Any:
    return actor.client.get(URL, {**DAYS, **params})


def lines(report: Any) -> list[tuple[Any, ...]]:
    return [(line.strategy, line.trigger, line.saved.tokens_saved) for line in report]


@pytest.mark.usefixtures("saved")
def test_what_saved_most_stands_first(cast: Cast) -> None:
    report = asked(cast.owner).context["page"].report
    assert lines(report.lines) == [
        ("truncation", "auto", 1_200),
        ("summarization", "auto", 700),
        ("compression", "token_limit", 100),
    ]
    assert lines(report.by_strategy) == [
        ("truncation", "", 1_200),
        ("summarization", "", 700),
        ("compression", "", 100),
    ]
    assert lines(report.by_trigger) == [("", "auto", 1_900), ("", "token_limit", 100)]
    assert [line.share for line in report.lines] == [0.6, 0.35, 0.05]
    total = report.total
    assert (total.optimizations, total.tokens_before, total.tokens_after, total.tokens_saved) == (
        4,
        4_000,
        2_000,
        2_000,
    )
    assert total.reduction == 0.5


@pytest.mark.usefixtures("saved")
def test_as_json(cast: Cast) -> None:
    assert asked(cast.owner, project=cast.project.pk, format="json").json() == {
        "from": "2026-11-18",
        "to": "2026-11-18",
        "zone": "UTC",
        "rows": [
            {
                "strategy": "truncation",
                "trigger": "auto",
                "optimizations": 2,
                "tokens_before": 2_000,
                "tokens_after": 800,
                "tokens_saved": 1_200,
                "reduction": 0.6,
                "share_of_saved": 1_200 / 1_300,
            },
            {
                "strategy": "compression",
                "trigger": "token_limit",
                "optimizations": 1,
                "tokens_before": 1_000,
                "tokens_after": 900,
                "tokens_saved": 100,
                "reduction": 0.1,
                "share_of_saved": 100 / 1_300,
            },
        ],
        "total": {
            "optimizations": 3,
            "tokens_before": 3_000,
            "tokens_after": 1_700,
            "tokens_saved": 1_300,
            "reduction": 1_300 / 3_000,
        },
    }


@pytest.mark.usefixtures("saved")
def test_as_csv(cast: Cast) -> None:
    answer = asked(cast.owner, format="csv")
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="saved-tokens-2026-11-18-2026-11-18.csv"'
    )
    assert b"".join(answer.streaming_content).decode().splitlines() == [
        "strategy,trigger,optimizations,tokens_before,tokens_after,tokens_saved,reduction,share_of_saved",
        "truncation,auto,2,2000,800,1200,0.6,0.6",
        "summarization,auto,1,1000,300,700,0.7,0.35",
        "compression,token_limit,1,1000,900,100,0.1,0.05",
    ]


@pytest.mark.usefixtures("saved")
def test_members_count_their_project_and_strangers_nothing(cast: Cast) -> None:
    viewer = signed_in(make_member(cast.project, "viewer"))
    numbers = [
        asked(actor, format="json").json()["total"]["tokens_saved"] for actor in (cast.owner, cast.member)
    ]
    assert numbers == [2_000, 1_300]
    assert [asked(actor, format="json").status_code for actor in (viewer, cast.stranger)] == [403, 403]
    assert asked(viewer).context["page"].report.total.tokens_saved == 1_300
    assert "Nothing was made smaller" in asked(cast.stranger).content.decode()
    offered = asked(cast.member).context["page"].projects
    assert [choice.value for choice in offered] == [str(cast.project.pk)]


def test_days_are_those_of_the_zone(cast: Cast) -> None:
    make_optimization(cast.project, occurred_at=datetime(2026, 11, 17, 23, 30, tzinfo=UTC))
    found = [asked(cast.owner, format="json", zone=zone).json() for zone in ("UTC", "Europe/Berlin")]
    assert [(each["zone"], each["total"]["optimizations"]) for each in found] == [
        ("UTC", 0),
        ("Europe/Berlin", 1),
    ]


def test_what_grew_counts_below_zero_and_has_no_share(cast: Cast) -> None:
    make_optimization(cast.project, tokens_before=0, tokens_after=50)
    [line] = asked(cast.owner).context["page"].report.lines
    assert (line.saved.tokens_saved, line.saved.reduction, line.share) == (-50, None, None)


@pytest.mark.parametrize(
    ("params", "wrong"),
    [
        ({"from": "yesterday"}, "from"),
        ({"to": "2026-13-01"}, "to"),
        ({"from": "2026-11-19"}, "from"),
        ({"from": "0001-01-01"}, "from"),
        ({"project": "all"}, "project"),
    ],
)
def test_an_address_without_sense_is_told(params: dict[str, str], wrong: str, cast: Cast) -> None:
    answer = asked(cast.owner, **params, format="json")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [wrong])
    page = asked(cast.owner, **params)
    assert page.status_code == 200
    assert page.context["page"].errors == tuple(answer.json()["errors"].values())


def test_other_formats_there_are_not(cast: Cast) -> None:
    assert asked(cast.owner, format="xlsx").status_code == 400
