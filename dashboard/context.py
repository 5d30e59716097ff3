"""What every page's shell shows, worked out when a template first asks: fragments do not pay for it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from core.initials import initials
from dashboard.counts import unpriced_requests, waiting_approvals
from dashboard.navigation import GROUPS, PERIOD, Page, current_page, page_url
from dashboard.topbar import PeriodMenu, ProjectMenu, ZoneMenu, period_menu, project_menu, zone_menu

THEMES = ("auto", "light", "dark")


@dataclass(frozen=True, slots=True)
class NavLink:
    label: str
    icon: str
    url: str
    is_current: bool
    count: int = 0


@dataclass(frozen=True, slots=True)
class NavGroup:
    title: str
    links: tuple[NavLink, ...]


@dataclass(frozen=True, slots=True)
class Shell:
    """The sidebar and the top bar. `period` and `zone` are None on pages that have no days to choose."""

    theme: str
    is_signed_in: bool
    groups: tuple[NavGroup, ...]
    projects: ProjectMenu | None
    period: PeriodMenu | None
    zone: ZoneMenu | None
    initials: str

    @property
    def next_theme(self) -> str:
        return THEMES[(THEMES.index(self.theme) + 1) % len(THEMES)]


def shell(request: HttpRequest) -> dict[str, Any]:
    return {"shell": SimpleLazyObject(lambda: build_shell(request))}


def build_shell(request: HttpRequest) -> Shell:
    """The shell for this request; an empty one for visitors who have not signed in."""
    theme = request.COOKIES.get("theme", "")
    theme = theme if theme in THEMES else "auto"
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return Shell(theme, False, (), None, None, None, "")
    match = request.resolver_match
    page = current_page(match.view_name) if match else None
    is_on_page = page is not None and match is not None and match.view_name == page.view_name
    carries = page.carries if page is not None and is_on_page else ()
    return Shell(
        theme,
        True,
        _groups(request, user, page),
        project_menu(request, stays="project" in carries),
        period_menu(request) if set(PERIOD) <= set(carries) else None,
        zone_menu(request) if "zone" in carries else None,
        initials(str(user)),
    )


_COUNTS = {"billing:unpriced": unpriced_requests, "chat:approvals": waiting_approvals}
"""View name → what is counted beside its link."""


def _groups(request: HttpRequest, user: User, current: Page | None) -> tuple[NavGroup, ...]:
    groups = []
    for group in GROUPS:
        links = tuple(
            NavLink(
                page.label,
                page.icon,
                url + _carried(request, page),
                page is current,
                _COUNTS[page.view_name](request, user) if page.view_name in _COUNTS else 0,
            )
            for page in group.pages
            if (url := page_url(page, request)) is not None
        )
        if links:
            groups.append(NavGroup(group.title, links))
    return tuple(groups)


def _carried(request: HttpRequest, page: Page) -> str:
    """The part of this page's query string that goes along to `page`."""
    params = QueryDict(mutable=True)
    for name in page.carries:
        if name in request.GET:
            params.setlist(name, request.GET.getlist(name))
    return f"?{params.urlencode()}" if params else ""
