from typing import cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_cache_control
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods
from django_htmx.middleware import HtmxDetails

from accounts.models import User
from chat.pages.choices import read_uuid
from core.admin.shown_once import hold, take
from core.gates import asks
from core.permissions import Action, may, require
from integrations.connect.client import Client
from integrations.connect.registry import CLIENTS
from integrations.models import IngestKey
from integrations.pages.connect.client_page import client_page, status_of
from integrations.pages.connect.links import connect_url
from integrations.pages.connect.list_page import list_page
from integrations.pages.connect.projects import chosen_project
from integrations.services.ingest_keys import create_key
from projects.models import Project


@require_http_methods(["GET", "HEAD", "POST"])
@asks(Action.OPEN)
def connect(request: HttpRequest) -> HttpResponse:
    """All clients, or the lines of `?client=`, for `?project=`. Posting both makes a key for the client."""
    user = cast(User, request.user)
    if request.method == "POST":
        return _make_key(request, user)
    slug = request.GET.get("client", "")
    response = _client(request, user, _known(slug)) if slug else _list(request, user)
    patch_cache_control(response, private=True, no_store=True)
    return response


def _list(request: HttpRequest, user: User) -> HttpResponse:
    part = "badges" if _asked_part(request) == "connect-badges" else "list"
    return render(request, f"integrations/connect/{part}.html", {"page": list_page(request.GET, user)})


@sensitive_variables()
def _client(request: HttpRequest, user: User, client: Client) -> HttpResponse:
    project = chosen_project(request.GET, user)
    if _asked_part(request) == "received":
        status = status_of(client, user, project)
        return render(request, "integrations/connect/received.html", {"status": status})
    made = read_uuid(request.GET.get("made", ""))
    secret = _held_secret(request, user, project, made) if made and request.method == "GET" else None
    page = client_page(request, user, client, project, secret=secret, is_made=made is not None)
    return render(request, "integrations/connect/client.html", {"page": page})


@sensitive_variables()
def _held_secret(request: HttpRequest, user: User, project: Project | None, made: UUID) -> str | None:
    """The key `made`, for who has just made it here, once."""
    if project is None or not may(user, Action.MANAGE_KEYS, project.pk):
        return None
    key = IngestKey.objects.visible_to(user).filter(pk=made, project=project).first()
    return None if key is None else take(request, key)


@sensitive_variables()
def _make_key(request: HttpRequest, user: User) -> HttpResponse:
    client = _known(request.POST.get("client", ""))
    project_id = read_uuid(request.POST.get("project", ""))
    project: Project = get_object_or_404(Project.objects.visible_to(user), pk=project_id)
    require(user, Action.MANAGE_KEYS, project.pk)
    try:
        row, secret = create_key(project, client.name, user)
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
        return HttpResponseRedirect(connect_url(project, client.slug))
    hold(request, row, secret)
    return HttpResponseRedirect(connect_url(project, client.slug, row))


def _known(slug: str) -> Client:
    if slug not in CLIENTS:
        raise Http404("client: not known")
    return CLIENTS[slug]


def _asked_part(request: HttpRequest) -> str | None:
    htmx = cast(HtmxDetails, request.htmx)  # type: ignore[attr-defined]
    return htmx.target if htmx else None
