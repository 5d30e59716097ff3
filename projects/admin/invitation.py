"""Invitations: made, sent again and withdrawn by those who may give what they give."""

from typing import Any, cast

from django.conf import settings
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
from core.admin.columns import badge, badges, column, linked, text, time
from core.admin.shown_once import hold, take
from core.admin.steps import take_steps
from core.permissions import Action, may
from projects.admin.content import ProjectContentAdmin
from projects.admin.filters import ProjectFilter
from projects.admin.invitation_form import InvitationForm
from projects.models import Invitation
from projects.services.invitations import invite, renew, require_may_give, send, withdraw

_LINK = "projects_invitation_link"
_INVITED = "_invited"


def state_of(invitation: Invitation) -> str:
    if invitation.accepted_at is not None:
        return "accepted"
    if invitation.withdrawn_at is not None:
        return "withdrawn"
    return "open" if invitation.expires_at > timezone.now() else "expired"


_KINDS = {"open": "info", "accepted": "ok", "expired": "", "withdrawn": ""}
_STATE = column(
    "state", lambda row: badge(state_of(row).capitalize(), _KINDS[state_of(row)]), "state", plain=state_of
)
_SENT = time("sent_at", "sent")
_MADE = time("created_at", "made")
_ENDS = time("expires_at", "good until")


@admin.register(Invitation)
class InvitationAdmin(ProjectContentAdmin):
    """An invitation is not changed and not deleted: it stays to tell who let whom in."""

    add_action = Action.MANAGE_MEMBERS
    change_action = None
    delete_action = None

    form = InvitationForm
    list_note = "Who was asked to join, and as what. A link is good for a week, and opens once."
    list_display = (
        text("email", "e-mail"),
        linked("project"),
        badges("project_role", {"manager": "warn", "operator": "info"}),
        badges("role", {"owner": "warn", "finance": "info", "auditor": "info"}),
        _STATE,
        linked("invited_by"),
        _ENDS,
    )
    list_links = ("project", "invited_by")
    list_deferred = ("token_hash",)
    list_filter = (ProjectFilter, "role")
    ordering = ("-created_at", "-id")
    search_fields = ("email",)
    search_help_text = "Part of an e-mail address, or an id"
    id_search_fields = ("pk", "project")
    autocomplete_fields = ("project",)
    fields = ("email", "project", "project_role", "role")
    actions = ("send_again", "withdraw_selected")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, Action.MANAGE_MEMBERS) or may(request.user, Action.READ_AUDIT)

    has_module_permission = has_view_permission

    def has_invite_permission(self, request: HttpRequest) -> bool:
        """Whether actions on invitations are offered; each is asked about again."""
        return may(request.user, Action.MANAGE_MEMBERS)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return self.fields if may(request.user, Action.MANAGE_STAFF) else self.fields[:-1]
        ends = ("accepted_by", time("accepted_at", "accepted"), time("withdrawn_at", "withdrawn"))
        return (*self.fields, _STATE, "invited_by", _MADE, _SENT, _ENDS, *ends)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else self.get_fields(request, obj)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"reader": request.user})

    def get_urls(self) -> list[URLPattern]:
        shown = path("<path:object_id>/link/", self.admin_site.admin_view(self.show_link), name=_LINK)
        return [shown, *super().get_urls()]

    @sensitive_variables("token")
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            raise PermissionDenied
        row, token = invite(
            obj.email,
            cast(User, request.user),
            role=obj.role,
            project=obj.project,
            project_role=obj.project_role,
        )
        # Django logs and links the object of the form.
        obj.pk, obj._state.adding = row.pk, False
        setattr(request, _INVITED, (row, token))

    @sensitive_variables("invited")
    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Sends the e-mail when the invitation is committed: no lock waits for a mail server."""
        response = super().add_view(request, form_url, extra_context)
        if invited := getattr(request, _INVITED, None):
            deliver(request, *invited)
        return response

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]
        """The audit log has it already, from the service."""

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """One button: the link of each has to be looked after."""
        one = {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().render_change_form(request, {**context, **one}, *args, **kwargs)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        return HttpResponseRedirect(reverse(f"admin:{_LINK}", args=[obj.pk]))

    @sensitive_variables("link")
    def show_link(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Whether the e-mail is on its way; the link itself, once, where it is not."""
        invitation = self.get_object(request, object_id)
        if invitation is None or not self.has_invite_permission(request):
            raise Http404("invitation: not found")
        require_may_give(cast(User, request.user), invitation)
        context = {
            **self.admin_site.each_context(request),
            "title": "Invitation",
            "subtitle": invitation.email,
            "opts": self.opts,
            "invitation": invitation,
            "link": take(request, invitation),
        }
        return never_cache(_rendered)(request, context)

    @admin.action(description="Send again: a new link, the old one ends", permissions=["invite"])
    def send_again(self, request: HttpRequest, queryset: "QuerySet[Any]") -> HttpResponse | None:
        invitations = list(queryset.select_related("project", "invited_by")[:2])
        if len(invitations) != 1:
            messages.warning(request, "Send one invitation at a time.")
            return None
        [invitation] = invitations
        try:
            token = renew(invitation, cast(User, request.user))
        except (PermissionDenied, ValidationError) as error:
            words = error.messages if isinstance(error, ValidationError) else [str(error)]
            messages.warning(request, f"{invitation}: {' '.join(words)}")
            return None
        deliver(request, invitation, token)
        return HttpResponseRedirect(reverse(f"admin:{_LINK}", args=[invitation.pk]))

    @admin.action(description="Withdraw: the link ends", permissions=["invite"])
    def withdraw_selected(self, request: HttpRequest, queryset: "QuerySet[Any]") -> None:
        user = cast(User, request.user)
        take_steps(request, queryset, lambda invitation: withdraw(invitation, user), "withdrawn")


@sensitive_variables("token", "link")
def deliver(request: HttpRequest, invitation: Invitation, token: str) -> None:
    """Send the link, or hold it for its maker where no mail is sent."""
    link = public_address(request) + reverse("projects:invitation", args=[token])
    if not settings.SENDS_EMAIL:
        hold(request, invitation, link)
        return
    try:
        send(invitation, link)
    except OSError as error:
        messages.warning(request, f"The mail server did not take the e-mail: {error}")
        hold(request, invitation, link)


def _rendered(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    return TemplateResponse(request, "admin/projects/invitation_link.html", context)
