"""A report's address says all that it asks; what makes no sense is answered in a sentence."""

from datetime import date
from uuid import uuid4

import pytest
from django.http import QueryDict

from billing.reports.address import filtered, parse_query, query_string
from billing.reports.errors import QueryError
from billing.reports.query import Dimension, Interval, UsageQuery
from tests.factories import make_project

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 19)
ID = "0193c2a5-0000-7000-8000-000000000001"


def parsed(text: str) -> UsageQuery:
    return parse_query(QueryDict(text), user=None, default_zone="Europe/Berlin", today=TODAY)


def messages(text: str) -> dict[str, str]:
    with pytest.raises(QueryError) as caught:
        parsed(text)
    return caught.value.messages


def test_an_empty_address_means_this_month_so_far_by_provider_and_model() -> None:
    default = UsageQuery(
        first_day=date(2026, 11, 1),
        last_day=TODAY,
        zone="Europe/Berlin",
        group_by=(Dimension.PROVIDER, Dimension.MODEL),
    )
    assert parsed("") == default
    assert parsed("from=&to=&zone=&group_by=&interval=&compare=&project=&provider=&status=") == default
    assert parsed("to=2026-10-12") == UsageQuery(
        first_day=date(2026, 10, 1), last_day=date(2026, 10, 12), zone="Europe/Berlin"
    )


def test_every_query_comes_back_from_its_address() -> None:
    project = make_project()
    query = UsageQuery(
        first_day=date(2026, 3, 1),
        last_day=date(2026, 3, 31),
        zone="America/New_York",
        group_by=(Dimension.TAG, Dimension.PERSON, Dimension.REQUEST_TYPE),
        interval=Interval.HOUR,
        filters={
            Dimension.PROJECT: (str(project.pk),),
            Dimension.PROVIDER: ("anthropic", "openai"),
            Dimension.MODEL: ("a model, with & and ü", "qwen/qwen3"),
            Dimension.REQUEST_TYPE: ("chat",),
            Dimension.ENVIRONMENT: ("(none)", "production"),
            Dimension.STATUS: ("error", "ok"),
            Dimension.PERSON: (ID,),
            Dimension.AGENT: ("planner",),
            Dimension.CONVERSATION: (ID,),
            Dimension.TAG: ("team:x",),
            Dimension.SOURCE: ("proxy",),
        },
        compare=True,
    )
    assert parsed(query_string(query)) == query
    assert parsed(query_string(query, interval=None, compare=False)) == UsageQuery(
        first_day=query.first_day,
        last_day=query.last_day,
        zone=query.zone,
        group_by=query.group_by,
        filters=query.filters,
    )


def test_dimensions_may_also_be_repeated() -> None:
    assert parsed("group_by=project&group_by=model,project") == parsed("group_by=project,model")


def test_an_address_is_readable() -> None:
    query = UsageQuery(first_day=date(2026, 11, 1), last_day=TODAY, filters={Dimension.PROVIDER: ("openai",)})
    assert (
        query_string(query)
        == "from=2026-11-01&to=2026-11-19&zone=UTC&group_by=provider,model&provider=openai"
    )
    assert filtered(query, Dimension.PROVIDER).filters == {}
    assert filtered(query, Dimension.PROVIDER, "google").filters == {Dimension.PROVIDER: ("google",)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "from=2026-11-19&to=2026-11-01",
            {"from": "“from” is after “to”: 2026-11-19 is later than 2026-11-01."},
        ),
        ("zone=Mars/Phobos", {"zone": "“Mars/Phobos” is not an IANA time zone, such as Europe/Berlin."}),
        (
            "zone=../../etc/passwd",
            {"zone": "“../../etc/passwd” is not an IANA time zone, such as Europe/Berlin."},
        ),
        ("from=yesterday", {"from": "“yesterday” is not a day, such as 2026-11-01."}),
        ("from=2026-02-30", {"from": "“2026-02-30” is not a day, such as 2026-11-01."}),
        (
            "from=0001-01-01&to=0001-01-02",
            {
                "from": "0001-01-01 is not between 2000-01-01 and 2099-12-31.",
                "to": "0001-01-02 is not between 2000-01-01 and 2099-12-31.",
            },
        ),
        ("from=2010-01-01", {"from": "The period has 6,167 days; a report takes 3,660 at most."}),
        (
            "interval=hour&from=2026-10-01",
            {
                "interval": "By hour a report takes 31 days at most; this period has 50.",
            },
        ),
        ("interval=century", {"interval": "“century” is not one of hour, day, week, month."}),
        ("group_by=project,provider,model,tag", {"group_by": "Group by one to 3 dimensions, not 4."}),
        (
            "group_by=colour",
            {
                "group_by": "“colour” is not a dimension: choose from project, provider, model, request_type,"
                " environment, person, agent, conversation, tag, source, status.",
            },
        ),
        (
            "status=fine",
            {"status": "“fine” is not one of ok, partial, cancelled, error, cached, mock, unmeasured."},
        ),
        (
            "person=Priya&conversation=1",
            {
                "person": "“Priya” is not an id.",
                "conversation": "“1” is not an id.",
            },
        ),
        ("project=Helpdesk", {"project": "“Helpdesk” is not a valid UUID."}),
        ("model=a%00b", {"model": "“a\x00b” cannot be a name."}),
    ],
)
def test_what_makes_no_sense_is_said(text: str, expected: dict[str, str]) -> None:
    assert messages(text) == expected


def test_a_project_must_exist() -> None:
    missing = uuid4()
    assert messages(f"project={missing}") == {"project": f"No such project: {missing}."}
