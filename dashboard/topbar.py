"""The top bar's menus: which project, which days, in whose zone. Each item links to the page one is on."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone

from core.zones import reader_zone
from dashboard.period import Period, presets, read_period
from projects.models import Project

_PROJECTS_SHOWN = 30

_PLACE_PARAMETERS = frozenset({"page", "before", "after", "cursor"})
"""Where one stands in a list: meaningless once the list is another."""


@dataclass(frozen=True, slots=True)
class MenuItem:
    label: str
    url: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class ProjectMenu:
    """`has_more`: there are projects that the menu does not list."""

    label: str
    items: tuple[MenuItem, ...]
    has_more: bool


@dataclass(frozen=True, slots=True)
class PeriodMenu:
    period: Period
    earlier_url: str
    later_url: str | None
    items: tuple[MenuItem, ...]
    kept: tuple[tuple[str, str], ...]
    """The other parameters, which the form of own dates repeats as hidden fields."""


@dataclass(frozen=True, slots=True)
class ZoneMenu:
    name: str
    items: tuple[MenuItem, ...]
    kept: tuple[tuple[str, str], ...]

    @property
    def label(self) -> str:
        return city(self.name)


def city(zone: str) -> str:
    """ "America/New_York" → "New York"."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def reader_today(request: HttpRequest) -> date:
    """Today in the reader's zone."""
    return timezone.now().astimezone(reader_zone(request)).date()


def _changed(request: HttpRequest, **changes: str | None) -> QueryDict:
    params = request.GET.copy()
    for name in (*_PLACE_PARAMETERS, *changes):
        params.pop(name, None)
    for name, value in changes.items():
        if value is not None:
            params[name] = value
    return params


def _url(path: str, params: QueryDict) -> str:
    query = params.urlencode()
    return f"{path}?{query}" if query else path


def _kept(request: HttpRequest, *left_out: str) -> tuple[tuple[str, str], ...]:
    params = _changed(request, **dict.fromkeys(left_out))
    return tuple((name, value) for name, values in params.lists() for value in values)


def project_menu(request: HttpRequest, *, stays: bool) -> ProjectMenu:
    """The projects that the user may see. `stays`: this page takes ?project=; else the overview opens."""
    path = request.path if stays else reverse("dashboard:overview")
    chosen = request.GET.getlist("project") if stays else []

    def url(project_id: str | None) -> str:
        if stays:
            return _url(path, _changed(request, project=project_id))
        return f"{path}?project={project_id}" if project_id else path

    visible = Project.objects.visible_to(request.user).order_by("name")
    projects = [(str(pk), name) for pk, name in visible.values_list("pk", "name")[: _PROJECTS_SHOWN + 1]]
    has_more = len(projects) > _PROJECTS_SHOWN
    names = dict(projects[:_PROJECTS_SHOWN])
    items = [MenuItem("All projects", url(None), not chosen)]
    items += [MenuItem(name, url(pk), chosen == [pk]) for pk, name in names.items()]
    if len(chosen) > 1:
        label = f"{len(chosen)} projects"
    elif chosen:
        label = names.get(chosen[0]) or _project_name(request, chosen[0])
    else:
        label = "All projects"
    return ProjectMenu(label, tuple(items), has_more)


def _project_name(request: HttpRequest, project_id: str) -> str:
    """The name of a project that the menu does not list; "No such project" when the user may not see it."""
    try:
        pk = UUID(project_id)
    except ValueError:
        return "No such project"
    project = Project.objects.visible_to(request.user).filter(pk=pk).first()
    return "No such project" if project is None else project.name


def period_menu(request: HttpRequest) -> PeriodMenu:
    today = reader_today(request)
    period = read_period(request.GET, today)

    def url(other: Period) -> str:
        days = {"from": other.first_day.isoformat(), "to": other.last_day.isoformat()}
        return _url(request.path, _changed(request, **days))

    later = period.later(today)
    return PeriodMenu(
        period,
        url(period.earlier(today)),
        None if later is None else url(later),
        tuple(MenuItem(label, url(preset), preset == period) for label, preset in presets(today)),
        _kept(request, "from", "to"),
    )


def zone_menu(request: HttpRequest) -> ZoneMenu:
    """The zones that have rollups, the user's own, and the one in use."""
    current = str(reader_zone(request))
    own = getattr(request.user, "time_zone", "")
    names = dict.fromkeys([*settings.REPORTING_TIME_ZONES, *([own] if own else []), current])
    items = (
        MenuItem(name.replace("_", " "), _url(request.path, _changed(request, zone=name)), name == current)
        for name in names
    )
    return ZoneMenu(current, tuple(items), _kept(request, "zone"))
