"""Links between admin pages, lists and our own pages."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.urls import reverse
from django.utils.html import format_html


@dataclass(frozen=True, slots=True)
class Link:
    """A page that belongs to an object: shown beside the title of its admin page."""

    label: str
    url: str

    def __html__(self) -> str:
        return format_html('<a href="{}">{}</a>', self.url, self.label)


def change_url(obj: models.Model) -> str:
    meta = obj._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[obj.pk])


def change_link(obj: models.Model, label: str = "") -> str:
    """The object's name, or `label`, linked to its admin page."""
    return Link(label or str(obj), change_url(obj)).__html__()


def list_link(label: str, model: str, **query: Any) -> Link:
    """The admin's list of `model` ("app.model"), filtered by `query`."""
    name = model.replace(".", "_")
    return page_link(label, f"admin:{name}_changelist", **query)


def page_link(label: str, view_name: str, *args: Any, **query: Any) -> Link:
    """A page of ours by the name of its view, with `query` as its query string."""
    url = reverse(view_name, args=args)
    return Link(label, f"{url}?{urlencode(query)}" if query else url)
