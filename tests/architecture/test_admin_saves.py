"""What an owner may change is saved by its own page, as the page shows it."""

from datetime import datetime
from typing import Any

import pytest
from django.contrib import admin
from django.db.models import Model
from django.http import HttpResponse
from django.test import RequestFactory

from tests.architecture.test_admin_lists import LABELS, MODELS, object_url
from tests.cast import Cast
from tests.planting import Planted, plant

pytestmark = pytest.mark.django_db

CHANGED_BY_NOBODY = {
    "accounts.Erasure",
    "billing.DailyModelUsage",
    "billing.DailyPersonUsage",
    "billing.DailyProjectUsage",
    "billing.DailyUsage",
    "billing.RollupZone",
    "billing.ModelPrice",
    "billing.ProviderReportedUsage",
    "billing.TokenUsage",
    "billing.TraceShape",
    "chat.AgentRun",
    "chat.ContextOptimization",
    "chat.FileContent",
    "chat.FileUpload",
    "chat.Message",
    "chat.Participant",
    "chat.Reaction",
    "chat.Tagging",
    "chat.ToolExecution",
    "integrations.ImportRun",
    "integrations.ImportUpload",
    "integrations.ImportedRow",
    "integrations.IngestActivity",
    "integrations.IngestKey",
    "integrations.RejectedRecord",
    "projects.BackgroundJob",
    "projects.Invitation",
}
"""History, and what is made from it."""


@pytest.fixture
def planted(db: None) -> Planted:
    return plant("zqalphax7")


def may_change(model: type[Model], row: Model, cast: Cast) -> bool:
    request = RequestFactory().get("/")
    request.user = cast.owner.user
    return admin.site.get_model_admin(model).has_change_permission(request, row)


def as_sent(page: HttpResponse) -> dict[str, Any]:
    """What a browser would send of the page's forms, unchanged."""
    context: Any = page.context  # type: ignore[attr-defined]
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    sent: dict[str, Any] = {}
    for form in forms:
        for field in form:
            value = field.value()
            widget = field.field.widget
            name = field.html_name
            if hasattr(widget, "decompress"):
                parts = value if isinstance(value, list) else widget.decompress(value)
                sent |= {f"{name}_{index}": part or "" for index, part in enumerate(parts)}
            elif value is True:
                sent[name] = "on"
            elif value is not None and value is not False:
                sent[name] = value
    return sent


def whole(value: Any) -> Any:
    """A browser's field of a time holds whole seconds."""
    return value.replace(microsecond=0) if isinstance(value, datetime) else value


@pytest.mark.parametrize("model", MODELS, ids=LABELS)
def test_a_page_saves_what_it_shows(model: type[Model], planted: Planted, cast: Cast) -> None:
    row = planted[model]
    if not may_change(model, row, cast):
        assert model._meta.label in CHANGED_BY_NOBODY
        return
    assert model._meta.label not in CHANGED_BY_NOBODY
    before = model._base_manager.filter(pk=row.pk).values().get()
    url = object_url(row)
    saved = cast.owner.client.post(url, as_sent(cast.owner.client.get(url)))
    errors = [] if saved.status_code == 302 else saved.context["errors"]
    assert (saved.status_code, list(errors)) == (302, [])
    after = model._base_manager.filter(pk=row.pk).values().get()
    changed = {name for name, value in after.items() if whole(value) != whole(before[name])}
    assert changed <= {"updated_at"}
