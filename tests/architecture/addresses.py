"""Every address of the product, worked out from the registered URLs: what a walk over all pages visits.

An admin class brings its own addresses. Each other view has an entry in VIEWS, by its name; one that has none
is among `unknown_views`.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.contrib.contenttypes.models import ContentType
from django.db.models import ForeignKey, Model
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.models import Erasure, Person, User
from billing.models import ProviderReportedUsage, TokenUsage
from billing.reports.query import Dimension, Interval
from chat.models import Conversation, ToolExecution
from integrations.connect.registry import CLIENTS
from integrations.models import ImportUpload, IngestKey
from tests.planting import TERM_LENGTH, Planted, mark_of

_ADMIN_ROUTE = re.compile(r"admin/(?P<model>\w+/\w+)/(?:(?P<object><path:object_id>|<id>)/)?(?:\w+/)?")
_PARAMETER = re.compile(r"<(?:\w+:)?(?P<name>\w+)>")


@dataclass(frozen=True, slots=True)
class View:
    """A registered URL: its name ("billing:calls") or, where it has none, its route."""

    name: str
    route: str

    @property
    def parameters(self) -> list[str]:
        return _PARAMETER.findall(self.route)

    @property
    def model(self) -> type[Model] | None:
        """The model of an admin class that brought this URL."""
        match = _ADMIN_ROUTE.fullmatch(self.route)
        by_path = {model._meta.label_lower.replace(".", "/"): model for model in admin.site._registry}
        return by_path.get(match["model"]) if match else None

    @property
    def is_about_signing_in(self) -> bool:
        """One of allauth's pages: about the reader's own account, and nothing else."""
        return self.route.startswith("accounts/")

    @property
    def is_of_one_object(self) -> bool:
        return self.name in OBJECT_VIEWS or (self.model is not None and bool(self.parameters))


def registered_views() -> list[View]:
    return list(_views(get_resolver().url_patterns, "", ()))


def _views(patterns: list[URLPattern | URLResolver], before: str, spaces: tuple[str, ...]) -> Iterator[View]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from _views(pattern.url_patterns, route, inner)
        else:
            yield View(":".join((*spaces, pattern.name)) if pattern.name else route, route)


def unknown_views() -> list[str]:
    """Views that the walk does not know how to visit."""
    return [
        view.name
        for view in registered_views()
        if view.model is None and not view.is_about_signing_in and view.name not in VIEWS
    ]


def addresses(view: View, planted: Planted) -> Iterator[str]:
    """What to ask of a view when one looks for what was planted."""
    if view.is_about_signing_in:
        return iter([_filled(view.route)])
    return VIEWS[view.name](view, planted) if view.model is None else _admin_addresses(view, planted)


def _admin_addresses(view: View, planted: Planted) -> Iterator[str]:
    model: Any = view.model
    row = planted[model]
    address = "/" + _PARAMETER.sub(str(row.pk), view.route)
    yield address
    if view.is_of_one_object or view.name.endswith("_add"):
        return
    keys = [field.name for field in model._meta.concrete_fields if isinstance(field, ForeignKey)]
    queries = [
        {"q": mark_of(planted)[:TERM_LENGTH]},
        {"q": row.pk},
        {"p": "2"},
        {"all": ""},
        {"_facets": "True"},
    ]
    queries += [{f"{key}__id__exact": getattr(row, f"{key}_id")} for key in keys]
    for list_filter in admin.site.get_model_admin(model).list_filter:
        if isinstance(list_filter, type) and issubclass(list_filter, SimpleListFilter):
            name = str(list_filter.parameter_name)
            queries.append({name: getattr(row, f"{name}_id", getattr(row, name, None))})
    for query in queries:
        yield f"{address}?{urlencode(query)}"


def _filled(route: str) -> str:
    """An address of a route that names no row of ours: "1" for each of its parameters."""
    plain = re.sub(r"\(\?P<\w+>[^)]*\)", "1", route.replace("^", "").replace("$", ""))
    return "/" + _PARAMETER.sub("1", plain).replace("\\Z", "")


def _plain(view: View, planted: Planted) -> Iterator[str]:
    yield reverse(view.name)


def _posted(view: View, planted: Planted) -> Iterator[str]:
    """For what answers POST alone."""
    return iter(())


def _report(view: View, planted: Planted) -> Iterator[str]:
    yield from _queries(reverse(view.name), planted)


def _downloads(view: View, planted: Planted) -> Iterator[str]:
    [parameter] = view.parameters
    for form in ("csv", "xlsx", "json"):
        yield from _queries(reverse(view.name, kwargs={parameter: form}), planted)


def _queries(address: str, planted: Planted) -> Iterator[str]:
    """A page or download of figures: every filter, grouping and interval that its address may name."""
    call = planted[TokenUsage]
    today = timezone.now().date()
    days = {"from": today - timedelta(days=2), "to": today + timedelta(days=1)}
    filters = {
        "project": call.project_id,
        "provider": call.provider,
        "model": call.model,
        "request_type": "chat",
        "environment": call.environment,
        "person": call.person_id,
        "agent": call.agent_label,
        "conversation": call.conversation_id,
        "tag": call.tags[0],
        "source": call.source,
        "status": "ok",
    }
    assert set(filters) == set(Dimension)
    queries: list[dict[str, object]] = [{}, {"q": mark_of(planted)[:TERM_LENGTH]}, {"compare": "1"}]
    queries += [{name: value} for name, value in filters.items()]
    queries += [{"group_by": dimension} for dimension in Dimension]
    queries += [{"group_by": "project", "interval": interval} for interval in Interval]
    yield address
    for query in queries:
        yield f"{address}?{urlencode({**days, **query})}"


def _approvals(view: View, planted: Planted) -> Iterator[str]:
    """The queue, and what its filters find."""
    address = reverse(view.name)
    yield address
    execution = planted[ToolExecution]
    for query in (
        {"project": execution.project_id},
        {"tool": execution.tool_name},
        {"decided": execution.pk},
        {"after": execution.pk},
        {"before": execution.pk},
    ):
        yield f"{address}?{urlencode(query)}"


def _optimizations(view: View, planted: Planted) -> Iterator[str]:
    """What smaller contexts saved, of all projects and of one, in each of its formats."""
    project = planted[TokenUsage].project_id
    for query in ({}, {"project": project}, {"format": "csv"}, {"format": "json", "project": project}):
        yield f"{reverse(view.name)}?{urlencode(query)}"


def _reconciliation(view: View, planted: Planted) -> Iterator[str]:
    """A provider's report beside the ledger, in each of its formats."""
    line = planted[ProviderReportedUsage]
    day = line.period_start.date()
    asked = {"provider": line.provider, "from": day, "to": day}
    for query in ({}, asked, {**asked, "format": "csv"}, {**asked, "format": "json"}):
        yield f"{reverse(view.name)}?{urlencode(query)}"


def _object(view: View, planted: Planted) -> Iterator[str]:
    """The page of one object, in each of its formats."""
    [parameter] = view.parameters
    address = reverse(view.name, kwargs={parameter: planted[OBJECT_VIEWS[view.name]].pk})
    yield address
    yield f"{address}?format=json"


def _autocompletes(view: View, planted: Planted) -> Iterator[str]:
    """The choices of every foreign key for a word; of every table chosen from, all of them and by id too."""
    asked_whole = set()
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if not isinstance(field, ForeignKey):
                continue
            meta = model._meta
            key = {"app_label": meta.app_label, "model_name": meta.model_name, "field_name": field.name}
            target = planted.get(field.related_model)
            terms = [mark_of(planted)[:TERM_LENGTH]]
            if field.related_model not in asked_whole:
                asked_whole.add(field.related_model)
                terms += ["", str(target.pk if target else "0")]
            for term in terms:
                yield f"{reverse(view.name)}?{urlencode({**key, 'term': term})}"


def _shortcuts(view: View, planted: Planted) -> Iterator[str]:
    for model, row in planted.items():
        yield reverse(view.name, args=[ContentType.objects.get_for_model(model).pk, row.pk])


def _applications(view: View, planted: Planted) -> Iterator[str]:
    for label in sorted({model._meta.app_label for model in planted}):
        yield reverse(view.name, kwargs={"app_label": label})


def _nowhere(view: View, planted: Planted) -> Iterator[str]:
    yield "/admin/no-such-page/"


def _audit(view: View, planted: Planted) -> Iterator[str]:
    """The log, of all and of one project, an object and a kind; or its files."""
    project = planted[TokenUsage].project_id
    queries = ({}, {"project": project}, {"id": project}, {"kind": "projects.project"}, {"before": "1000000"})
    for form in ("csv", "json") if view.parameters else ("",):
        address = reverse(view.name, args=[form] if form else [])
        yield from (f"{address}?{urlencode(query)}" for query in queries)


def _rejected(view: View, planted: Planted) -> Iterator[str]:
    """What an upload's import refused, in each format."""
    address = reverse(view.name, kwargs={"pk": planted[ImportUpload].pk})
    yield from (f"{address}?format={form}" for form in ("csv", "jsonl"))


def _of_project(view: View, planted: Planted) -> Iterator[str]:
    """A list that its address may narrow to one project."""
    yield reverse(view.name)
    yield f"{reverse(view.name)}?{urlencode({'project': planted[TokenUsage].project_id})}"


def _connect(view: View, planted: Planted) -> Iterator[str]:
    """All clients, and each of them, of one project; with the row of a key as if it had just been made."""
    address, project = reverse(view.name), planted[TokenUsage].project_id
    yield from _of_project(view, planted)
    for client in CLIENTS:
        query = {"client": client, "project": project, "made": planted[IngestKey].pk}
        yield f"{address}?{urlencode(query)}"


OBJECT_VIEWS: dict[str, type[Model]] = {
    "billing:cost": TokenUsage,
    "chat:transcript": Conversation,
    "integrations:erase_person": Person,
    "integrations:erasure": Erasure,
    "integrations:import_upload": ImportUpload,
    "integrations:rejected_records": ImportUpload,
    "staff:sign_in": User,
}

VIEWS: dict[str, Callable[[View, Planted], Iterator[str]]] = {
    **dict.fromkeys(OBJECT_VIEWS, _object),
    "dashboard:overview": _report,
    "dashboard:search": _report,
    "dashboard:theme": _posted,
    "dashboard:icon": _plain,
    "billing:report": _report,
    "billing:report_download": _downloads,
    "billing:calls": _report,
    "billing:apart": _posted,
    "staff:end_sessions": _posted,
    "staff:reset_factors": _posted,
    "billing:unpriced": _report,
    "billing:reconciliation": _reconciliation,
    "chat:conversations": _report,
    "chat:approvals": _approvals,
    "chat:decide_approvals": _posted,
    "chat:mark": _posted,
    "chat:optimizations": _optimizations,
    "integrations:healthz": _plain,
    "integrations:readyz": _plain,
    "integrations:otlp_traces": _posted,
    "integrations:otlp_logs": _posted,
    "integrations:otlp_metrics": _posted,
    "integrations:ingest_litellm": _posted,
    "integrations:api_usage": _posted,
    "integrations:api_openapi": _plain,
    "integrations:connect": _connect,
    "integrations:imports": _of_project,
    "integrations:new_import": _of_project,
    "integrations:rejected_records": _rejected,
    "audit:log": _audit,
    "audit:export": _audit,
    "admin:index": _plain,
    "admin:app_list": _applications,
    "admin:login": _plain,
    "admin:logout": _posted,
    "admin:password_change": _plain,
    "admin:password_change_done": _plain,
    "admin:jsi18n": _plain,
    "admin:autocomplete": _autocompletes,
    "admin:view_on_site": _shortcuts,
    "admin/(?P<url>.*)$": _nowhere,
}
