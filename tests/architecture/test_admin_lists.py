"""What every admin page does, for every model that has one."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.models import DailyModelUsage, DailyPersonUsage, DailyProjectUsage, DailyUsage, RollupZone
from core.admin.scoped import ScopedModelAdmin
from tests.cast import Cast
from tests.planting import Planted, plant

pytestmark = pytest.mark.django_db

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
LABELS = [model._meta.label for model in MODELS]
WITHOUT_SEARCH = {DailyModelUsage, DailyPersonUsage, DailyProjectUsage, DailyUsage, RollupZone}
SEEN_BY_ALL_STAFF = {"billing.RollupZone"}
every_model = pytest.mark.parametrize("model", MODELS, ids=LABELS)


def list_url(model: type[Model], **query: Any) -> str:
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return f"{url}?{urlencode(query)}" if query else url


def object_url(row: Model, page: str = "change") -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}", args=[row.pk])


def queries(client: Client, url: str) -> int:
    # Once beforehand: that words were read is told once in a while.
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def order_field(column: Any) -> str | None:
    """What a click on the column's head sorts by: a plain name sorts by itself."""
    return (
        column if isinstance(column, str) and column != "edit" else getattr(column, "admin_order_field", None)
    )


SHOWN_ELSEWHERE = {"accounts.AuditEntry", "accounts.AuditHead"}
"""The audit log has a page of its own, which reads it as the admin would not: never changed, by position."""


@pytest.fixture
def planted(db: None) -> Planted:
    return plant("zqalphax7")


def test_every_table_has_a_page_that_reads_through_visible_to() -> None:
    ours = {"accounts", "projects", "chat", "billing", "integrations"}
    tables = {model._meta.label for model in apps.get_models() if model._meta.app_label in ours}
    assert set(LABELS) == tables - SHOWN_ELSEWHERE
    assert [
        label
        for label, model in zip(LABELS, MODELS, strict=True)
        if not isinstance(admin.site.get_model_admin(model), ScopedModelAdmin)
    ] == []


@every_model
def test_an_owner_opens_list_object_and_history(model: type[Model], planted: Planted, cast: Cast) -> None:
    row = planted[model]
    listed = cast.owner.client.get(list_url(model))
    assert row in listed.context["cl"].result_list
    assert b"style=" not in listed.content
    page = cast.owner.client.get(object_url(row))
    assert (page.status_code, page.context["original"]) == (200, row)
    assert b"style=" not in page.content
    assert cast.owner.client.get(object_url(row, "history")).status_code == 200


@every_model
def test_every_filter_finds_the_row_or_nothing(model: type[Model], planted: Planted, cast: Cast) -> None:
    changelist = cast.owner.client.get(list_url(model)).context["cl"]
    for spec in changelist.filter_specs:
        rows_found: list[Model] = []
        for choice in spec.choices(changelist):
            response = cast.owner.client.get(list_url(model) + choice["query_string"])
            assert response.status_code == 200, choice
            rows_found += response.context["cl"].result_list
        assert planted[model] in rows_found, spec


@every_model
def test_an_id_finds_its_row_alone(model: type[Model], planted: Planted, cast: Cast) -> None:
    other = plant("zqotherx7")
    if not admin.site.get_model_admin(model).search_fields:
        assert model in WITHOUT_SEARCH
        return
    found = cast.owner.client.get(list_url(model, q=str(planted[model].pk))).context["cl"].result_list
    assert list(found) == [planted[model]] != [other[model]]
    nobody = cast.owner.client.get(list_url(model, q="nothing-is-called-so")).context["cl"].result_list
    assert list(nobody) == []


@every_model
def test_a_stranger_sees_nothing(model: type[Model], planted: Planted, cast: Cast) -> None:
    answer = cast.stranger.client.get(list_url(model))
    rows = [] if answer.status_code == 403 else list(answer.context["cl"].result_list)
    if model._meta.label in SEEN_BY_ALL_STAFF:
        assert rows == [planted[model]]
        return
    assert rows == ([cast.stranger.user] if model is type(cast.stranger.user) else [])
    for page in ("change", "history", "delete"):
        assert cast.stranger.client.get(object_url(planted[model], page)).status_code in {403, 404}


def test_lists_take_as_many_queries_for_fifty_rows_as_for_five(cast: Cast) -> None:
    for number in range(5):
        plant(f"few{number}x7")
    few = {model._meta.label: queries(cast.owner.client, list_url(model)) for model in MODELS}
    for number in range(45):
        plant(f"many{number}x7")
    many = {model._meta.label: queries(cast.owner.client, list_url(model)) for model in MODELS}
    assert many == few


@every_model
def test_lists_sort_only_by_what_an_index_begins_with(model: type[Model]) -> None:
    model_admin = admin.site.get_model_admin(model)
    fields = model._meta
    leading = {name.lstrip("-") for index in fields.indexes for name in index.fields[:1]}
    leading |= {
        constraint.fields[0] for constraint in fields.constraints if getattr(constraint, "fields", ())
    }
    # The rollups are read one zone at a time, and their unique keys begin with zone and day.
    leading |= {"day"} if "zone" in leading else set()
    leading |= {field.name for field in fields.concrete_fields if field.unique or field.db_index}
    assert {order_field(column) for column in model_admin.list_display} - {None} <= leading
    assert not model_admin.date_hierarchy
