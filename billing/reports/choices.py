"""What a report's form offers: the names in the reader's recent usage, from the rollups."""

from datetime import date, timedelta

from django.apps import apps

from accounts.models import User
from billing.reports.keys import NONE
from billing.reports.plan import RUNG_COLUMNS, smallest_rung
from billing.reports.query import Dimension
from core.zones import default_zone

DAYS = 92

Choices = list[tuple[str, str]]


def recent_names(dimension: Dimension, *, user: User | None, last_day: date) -> Choices:
    """The names of a rung's text dimension on the 92 days up to `last_day`, in order. One query."""
    rung = smallest_rung([dimension], needs_project=user is not None and not user.sees_all_projects)
    if rung is None:
        return []
    model = apps.get_model("billing", rung.model_name)
    rows = model.objects.all() if user is None else model.objects.visible_to(user)
    column = RUNG_COLUMNS[dimension]
    names = rows.filter(zone=default_zone(), day__gt=last_day - timedelta(days=DAYS), day__lte=last_day)
    found = names.order_by(column).values_list(column, flat=True).distinct()
    return [(name or NONE, name or NONE) for name in found]
