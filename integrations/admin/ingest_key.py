"""Ingest keys: made, rotated and revoked by managers of their project; each is shown once."""

from datetime import timedelta
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables

from accounts.models import User
from core.addresses import public_address
from core.admin.columns import badge, column, count, linked, text, time
from core.admin.shown_once import hold, take
from core.admin.steps import take_steps
from core.permissions import Action, may
from integrations.admin.ingest_key_form import IngestKeyForm
from integrations.models import IngestKey
from integrations.services.ingest_keys import create_key, revoke_key, rotate_key
from projects.admin.content import ProjectContentAdmin
from projects.admin.filters import ProjectFilter

OVERLAP = timedelta(days=7)
"""How long the old key of a rotated one stays valid."""
_EXPIRES_SOON = timedelta(days=14)
_SHOWN_ONCE = "integrations_ingestkey_once"


def state_of(key: IngestKey) -> str:
    now = timezone.now()
    if key.revoked_at is not None:
        return "revoked"
    if key.expires_at is None:
        return "valid"
    if key.expires_at <= now:
        return "expired"
    return "expiring" if key.expires_at <= now + _EXPIRES_SOON else "valid"


_KINDS = {"valid": "ok", "expiring": "warn", "expired": "", "revoked": "danger"}
_STATE = column("state", lambda key: badge(state_of(key), _KINDS[state_of(key)]), "state", plain=state_of)
_PREFIX = column("known_by", lambda key: f"{key.prefix}…", "known by", plain=lambda key: key.prefix)
_CREATED = time("created_at", "made")
_LAST_USED = time("last_used_at", "last used")
_REVOKED = time("revoked_at", "revoked", seconds=True)
_SHOWN = ("project", "name", _PREFIX, _STATE, "created_by", _CREATED, "expires_at", _LAST_USED, _REVOKED)


@admin.register(IngestKey)
class IngestKeyAdmin(ProjectContentAdmin):
    """A key is not changed and not deleted: it is rotated or revoked, and stays to tell who had it."""

    add_action = Action.MANAGE_KEYS
    change_action = None
    delete_action = None

    form = IngestKeyForm
    list_note = "With these programs send usage. A key is shown once, when it is made."
    list_display = (
        text("name"),
        linked("project"),
        _PREFIX,
        _STATE,
        linked("created_by"),
        _LAST_USED,
        time("expires_at", "expires"),
        _CREATED,
    )
    list_links = ("project", "created_by")
    list_filter = (ProjectFilter,)
    ordering = ("-created_at", "-id")
    search_fields = ("name", "prefix__startswith")
    search_help_text = "Part of a name, the beginning of a key, or an id"
    id_search_fields = ("pk", "project")
    autocomplete_fields = ("project",)
    fields = ("project", "name", "expires_at", "requests_per_minute")
    actions = ("rotate", "revoke")

    def has_rotate_permission(self, request: HttpRequest) -> bool:
        return may(request.user, Action.MANAGE_KEYS)

    has_revoke_permission = has_rotate_permission

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj is None else (*_SHOWN, count("requests_per_minute", "requests a minute"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else self.get_fields(request, obj)

    def get_urls(self) -> list[URLPattern]:
        shown = path("<path:object_id>/once/", self.admin_site.admin_view(self.show_once), name=_SHOWN_ONCE)
        return [shown, *super().get_urls()]

    @sensitive_variables()
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        values = form.cleaned_data
        if change or not may(request.user, Action.MANAGE_KEYS, values["project"].pk):
            raise PermissionDenied
        row, secret = create_key(
            values["project"],
            values["name"],
            cast(User, request.user),
            values["expires_at"],
            requests_per_minute=values["requests_per_minute"],
        )
        # Django logs and links the object of the form.
        obj.pk, obj.prefix, obj._state.adding = row.pk, row.prefix, False
        hold(request, row, secret)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        return HttpResponseRedirect(_once_url(obj))

    @sensitive_variables()
    def show_once(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The key itself, for who has just made it; a second look shows that it is gone."""
        key = self.get_object(request, object_id)
        if key is None or not may(request.user, Action.MANAGE_KEYS, key.project_id):
            raise Http404("ingest key: not found")
        context = {
            **self.admin_site.each_context(request),
            "title": "Ingest key",
            "subtitle": key.name,
            "opts": self.opts,
            "key": key,
            "secret": take(request, key),
            "address": public_address(request),
        }
        return never_cache(_rendered)(request, context)

    @admin.action(description="Rotate: a new key, the old one ends in 7 days", permissions=["rotate"])
    def rotate(self, request: HttpRequest, queryset: "QuerySet[Any]") -> HttpResponse | None:
        keys = list(queryset.select_related("project")[:2])
        if len(keys) != 1:
            messages.warning(request, "Rotate one key at a time: the new one is shown once.")
            return None
        try:
            new, secret = rotate_key(keys[0], OVERLAP, cast(User, request.user))
        except (PermissionDenied, ValidationError) as error:
            words = error.messages if isinstance(error, ValidationError) else [str(error)]
            messages.warning(request, f"{keys[0]}: {' '.join(words)}")
            return None
        self.log_addition(request, new, f"Rotated from {keys[0]}.")
        hold(request, new, secret)
        return HttpResponseRedirect(_once_url(new))

    @admin.action(description="Revoke: refuse it from now on", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: "QuerySet[Any]") -> None:
        def step(key: Any) -> None:
            revoke_key(key, cast(User, request.user))
            self.log_change(request, key, "Revoked.")

        take_steps(request, queryset, step, "revoked")


def _once_url(key: IngestKey) -> str:
    return reverse(f"admin:{_SHOWN_ONCE}", args=[key.pk])


def _rendered(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    return TemplateResponse(request, "admin/integrations/ingest_key_once.html", context)
