"""Subscriptions, as their source last told of them."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from accounts.audit.record import record
from accounts.models import Person
from accounts.models.audit import AuditAction
from billing.admin.subscription_form import SubscriptionForm
from billing.models import Subscription
from billing.quotas.periods import current_period
from core.admin.columns import badge, badges, column, linked, preformatted, side_by_side, text, time
from core.admin.links import Link, list_link
from core.admin.scoped import ScopedModelAdmin
from core.markup import NOT_APPLICABLE
from core.permissions import Action, may

STATUSES = {"trialing": "info", "active": "ok", "past_due": "danger", "cancelled": "warn"}
_RUNNING = (Subscription.Status.TRIALING, Subscription.Status.ACTIVE, Subscription.Status.PAST_DUE)
_STATUS = badges("status", STATUSES)
_SOURCE_STATUS = text("source_status", "source’s word")
_METADATA = preformatted("metadata")
_TIMES = (time("created_at", "created", "created_at"), time("updated_at", "last changed", seconds=True))


def _days_left(subscription: Any) -> str:
    """Whole days until the period that runs is over."""
    now = timezone.now()
    period = current_period(subscription, now)
    if period is None:
        return NOT_APPLICABLE
    days = (period.end - now).days
    return f"{days:,}" if days else "less than one"


def _renewal(subscription: Any) -> str:
    return badge("ends with its period", "warn") if subscription.cancel_at_period_end else NOT_APPLICABLE


_DAYS_LEFT = column("days_left_count", _days_left, "days left")


@admin.register(Subscription)
class SubscriptionAdmin(ScopedModelAdmin):
    """Owners change what is kept here; the provider that collects the money is not told."""

    add_action = Action.MANAGE_INSTALLATION
    change_action = Action.MANAGE_INSTALLATION
    delete_action = Action.MANAGE_INSTALLATION

    form = SubscriptionForm
    list_note = "What plans people pay for. Changes here are not sent to the provider."
    list_display = (
        text("plan"),
        linked("person"),
        _STATUS,
        _SOURCE_STATUS,
        time("period_start", "period from"),
        time("period_end", "until"),
        _DAYS_LEFT,
        column("renewal", _renewal, "renewal"),
        text("provider"),
        _TIMES[0],
    )
    list_links = ("person",)
    list_deferred = ("metadata",)
    list_filter = ("status", "cancel_at_period_end")
    ordering = ("-created_at", "-id")
    search_fields = ("plan",)
    search_help_text = "Part of a person’s name, the beginning of a plan’s, or the exact id at the provider"
    id_search_fields = ("pk", "person")
    autocomplete_fields = ("person",)
    fieldsets = (
        (None, {"fields": (("person", "plan"), ("status", _SOURCE_STATUS), ("provider", "external_id"))}),
        ("Period", {"fields": (("period_start", "period_end", _DAYS_LEFT), "cancel_at_period_end")}),
        ("End", {"fields": (("cancelled_at", "ends_at", "ended_at"),)}),
        ("Origin", {"fields": (_METADATA, *side_by_side(_TIMES))}),
    )
    readonly_fields = (_SOURCE_STATUS, _DAYS_LEFT, _METADATA, *_TIMES)
    actions = ("end_with_period", "keep_running")

    def search_words(
        self, request: HttpRequest, queryset: QuerySet[Any], term: str
    ) -> tuple[QuerySet[Any], bool]:
        people = self.visible(request, Person).filter(name__icontains=term)
        named = Q(person__in=people.values("pk")) | Q(plan__istartswith=term) | Q(external_id=term)
        return queryset.filter(named), False

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().change_view(request, object_id, form_url, extra_context)
        except IntegrityError:
            # The form was sound when it was checked, and somebody else's step came in between.
            said = "Somebody else changed this subscription at the same time: look again."
            self.message_user(request, said, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def has_end_permission(self, request: HttpRequest) -> bool:
        return may(request.user, Action.MANAGE_INSTALLATION)

    @admin.action(description="End with the period", permissions=["end"])
    def end_with_period(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._set_renewal(request, queryset, is_ending=True)

    @admin.action(description="Keep running after the period", permissions=["end"])
    def keep_running(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._set_renewal(request, queryset, is_ending=False)

    def _set_renewal(self, request: HttpRequest, queryset: QuerySet[Any], *, is_ending: bool) -> None:
        for subscription in queryset.order_by("created_at", "id"):
            if _renewal_was_set(subscription, is_ending):
                said, level = "ends with its period" if is_ending else "keeps running", messages.SUCCESS
            elif subscription.status not in _RUNNING:
                said, level = f"is {subscription.get_status_display().lower()}: not changed", messages.WARNING
            else:
                said, level = "is set so already", messages.INFO
            self.message_user(request, f"{subscription} {said}.", level)

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        return (list_link("Quotas", "billing.quota", subscription=obj.pk),)


@transaction.atomic
def _renewal_was_set(subscription: Subscription, is_ending: bool) -> bool:
    running = Subscription.objects.filter(pk=subscription.pk, status__in=_RUNNING)
    waiting = running.filter(cancel_at_period_end=not is_ending)
    if not waiting.update(cancel_at_period_end=is_ending, updated_at=timezone.now()):
        return False
    before, after = {"cancel_at_period_end": not is_ending}, {"cancel_at_period_end": is_ending}
    record(AuditAction.CHANGED, subscription, before=before, after=after)
    return True
