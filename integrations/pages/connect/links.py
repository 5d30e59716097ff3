"""Addresses of the page, which name what it speaks of."""

from urllib.parse import urlencode

from django.urls import reverse

from integrations.models import IngestKey
from projects.models import Project


def connect_url(project: Project | None, client: str = "", made: IngestKey | None = None) -> str:
    """`made`: the row of a key that was just made, never the key itself."""
    said = {"client": client, "project": project.pk if project else "", "made": made.pk if made else ""}
    query = urlencode({name: value for name, value in said.items() if value})
    return f"{reverse('integrations:connect')}?{query}" if query else reverse("integrations:connect")


def import_url(kind: str, project: Project | None) -> str:
    query = {"kind": kind} | ({"project": str(project.pk)} if project else {})
    return f"{reverse('integrations:new_import')}?{urlencode(query)}"
