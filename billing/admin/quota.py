"""Quotas, and how much of each is used now."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html

from accounts.models import Person
from billing.admin.quota_form import QuotaForm
from billing.models import Quota
from billing.quotas.state import Amount, QuotaState, states
from core.admin.columns import badge, badges, column, linked, side_by_side, text, time
from core.admin.links import Link, list_link, page_link
from core.markup import NOT_APPLICABLE, UNPRICED
from core.moments import moment
from core.numbers import count_text, exact_money_text, money_text, percent_text
from core.permissions import Action
from projects.admin.content import ProjectContentAdmin
from projects.admin.filters import ProjectFilter
from projects.models import Project

_NEARLY = Decimal("0.8")
"""From this share on a quota is marked."""


def _used(quota: Any) -> str:
    """Used of the limit, with a bar; what is unknown of it as a mark beside."""
    state: QuotaState | None = quota.state
    if state is None or (state.used is None and not (state.unpriced or state.unmeasured)):
        return NOT_APPLICABLE
    marks = _marks(quota, state)
    if state.used is None:
        return marks
    figure = money_text(state.used, 4) if isinstance(state.used, Decimal) else count_text(state.used)
    if state.share is None:
        return format_html("{} {}", figure, marks)
    share = percent_text(state.share, 0)
    bar = format_html(
        '<progress class="bar" value="{}" max="100" title="{}">{}</progress>',
        min(int(state.share * 100), 100),
        share,
        share,
    )
    return format_html("{} of {} {}{}", figure, _amount(state.limit), marks, bar)


def _amount(amount: Amount | None) -> str:
    if amount is None:
        return "no limit"
    return exact_money_text(amount) if isinstance(amount, Decimal) else count_text(amount)


def _marks(quota: Any, state: QuotaState) -> str:
    mark = ""
    if state.is_exhausted:
        mark = badge("used up", "danger")
    elif state.share is not None and state.share >= _NEARLY:
        mark = badge("nearly used up", "warn")
    if quota.metric == Quota.Metric.COST and state.unpriced:
        return format_html('{} <span title="{} calls">{}</span>', mark, state.unpriced, UNPRICED)
    if quota.metric == Quota.Metric.TOKENS and state.unmeasured:
        return format_html("{} {}", mark, badge(f"{state.unmeasured:,} unmeasured", "warn"))
    return mark


def _resets(quota: Any) -> str:
    return NOT_APPLICABLE if quota.state is None else moment(quota.state.resets_at)


_USED = column("used_now", _used, "used")
_RESETS = column("resets_at", _resets, "begins anew")
_TIMES = (time("created_at", "created", "created_at"), time("updated_at", "last changed", seconds=True))


@admin.register(Quota)
class QuotaAdmin(ProjectContentAdmin):
    """Managers set those of their projects, owners all. What a person uses over all projects is shown only to
    readers of all projects.
    """

    add_action = Action.MANAGE_BUDGETS
    change_action = Action.MANAGE_BUDGETS
    delete_action = Action.MANAGE_BUDGETS

    form = QuotaForm
    list_note = "How much people and projects may use, and what is used now. Periods run in UTC."
    list_display = (
        column("named", str, "quota"),
        linked("person"),
        linked("project"),
        badges("metric", {}),
        badges("period", {}),
        _USED,
        _RESETS,
        text("note"),
        _TIMES[0],
    )
    list_links = ("person", "project", "subscription")
    list_filter = ("metric", "period", ProjectFilter)
    ordering = ("-created_at", "-id")
    search_fields = ("person__name", "project__name")
    search_help_text = "Part of a person’s or project’s name, or the id of a quota, person or project"
    id_search_fields = ("pk", "person", "project")
    autocomplete_fields = ("person", "project", "subscription")
    fieldsets = (
        (None, {"fields": (("person", "project"), ("metric", "limit"), ("period", "subscription"))}),
        ("Now", {"fields": ((_USED, _RESETS),)}),
        ("When it holds", {"fields": (("starts_at", "ends_at"), "note")}),
        ("Record", {"fields": side_by_side(_TIMES)}),
    )
    add_fieldsets = (fieldsets[0], fieldsets[2])
    readonly_fields = (_USED, _RESETS, *_TIMES)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.add_fieldsets if obj is None else self.fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else super().get_readonly_fields(request, obj)

    def complete_rows(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        sees_all = getattr(request.user, "sees_all_projects", False)
        counted = [quota for quota in rows if sees_all or quota.project_id is not None]
        found = states(counted, timezone.now())
        for quota in rows:
            quota.state = found.get(quota.pk)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        quota = super().get_object(request, object_id, from_field)
        if quota is not None:
            self.complete_rows(request, [quota])
        return quota

    def search_words(
        self, request: HttpRequest, queryset: QuerySet[Any], term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Names of people and projects that the reader may see: others are not found by theirs."""
        people = self.visible(request, Person).filter(name__icontains=term)
        projects = self.visible(request, Project).filter(name__icontains=term)
        named = Q(person__in=people.values("pk")) | Q(project__in=projects.values("pk"))
        return queryset.filter(named), False

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        scope = {name: getattr(obj, f"{name}_id") for name in ("person", "project")}
        wanted = {name: key for name, key in scope.items() if key is not None}
        return (
            page_link("Report", "billing:report", **wanted),
            list_link("Model calls", "billing.tokenusage", **wanted),
        )
