"""The sidebar: its pages, which one is current, and what goes along from page to page."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.test import RequestFactory
from django.urls import resolve

from accounts.models import User
from dashboard.context import NavLink, Shell, build_shell
from dashboard.navigation import GROUPS, current_page
from tests.factories import make_member, make_owner, make_project

pytestmark = pytest.mark.django_db


def request_for(user: User | AnonymousUser, address: str) -> HttpRequest:
    request = RequestFactory().get(address)
    request.user = user
    request.resolver_match = resolve(urlsplit(address).path)
    return request


def shell_for(user: User | AnonymousUser, address: str) -> Shell:
    return build_shell(request_for(user, address))


def links(shell: Shell) -> dict[str, NavLink]:
    return {link.label: link for group in shell.groups for link in group.links}


def test_an_owner_finds_every_page() -> None:
    shell = shell_for(make_owner(), "/search/")
    assert [(group.title, [link.label for link in group.links]) for group in shell.groups] == [
        (group.title, [page.label for page in group.pages]) for group in GROUPS
    ]


def test_visitors_find_none() -> None:
    shell = shell_for(AnonymousUser(), "/search/")
    assert (shell.is_signed_in, shell.groups, shell.projects) == (False, (), None)


@pytest.mark.parametrize(
    ("view_name", "label"),
    [
        ("dashboard:overview", "Overview"),
        ("billing:cost", "Model calls"),
        ("chat:transcript", "Conversations"),
        ("admin:chat_message_change", "Conversations"),
        ("admin:projects_project_add", "Projects"),
        ("admin:integrations_rejectedrecord_changelist", "Imports"),
    ],
)
def test_a_page_marks_its_link(view_name: str, label: str) -> None:
    page = current_page(view_name)
    assert page is not None
    assert page.label == label


def test_search_belongs_to_no_link() -> None:
    assert current_page("dashboard:search") is None
    assert not any(link.is_current for link in links(shell_for(make_owner(), "/search/")).values())


def test_links_carry_what_the_top_bar_chose_and_nothing_else() -> None:
    scope = "from=2026-10-01&to=2026-10-31&zone=Asia/Kolkata&project=a&project=b"
    found = links(shell_for(make_owner(), f"/usage/?{scope}&group_by=person&after=x"))
    assert found["Reports"].is_current
    chosen = {"project": ["a", "b"], "zone": ["Asia/Kolkata"], "from": ["2026-10-01"], "to": ["2026-10-31"]}
    assert parse_qs(urlsplit(found["Overview"].url).query) == chosen
    assert parse_qs(urlsplit(found["Conversations"].url).query) == {
        "project": ["a", "b"],
        "zone": ["Asia/Kolkata"],
    }
    assert urlsplit(found["Projects"].url).query == ""


def test_the_project_menu_holds_the_visible_projects_and_keeps_the_question() -> None:
    mine, _ = make_project(name="Mine"), make_project(name="Theirs")
    user = make_member(mine)
    menu = shell_for(user, f"/usage/?group_by=person&project={mine.pk}&after=x").projects
    assert menu is not None
    assert menu.label == "Mine"
    assert [(item.label, item.url, item.is_current) for item in menu.items] == [
        ("All projects", "/usage/?group_by=person", False),
        ("Mine", f"/usage/?group_by=person&project={mine.pk}", True),
    ]


@pytest.mark.parametrize("project", ["theirs", "nonsense"])
def test_a_project_that_one_may_not_see_has_no_name(project: str) -> None:
    theirs = make_project(name="Theirs")
    chosen = str(theirs.pk) if project == "theirs" else project
    menu = shell_for(make_member(make_project()), f"/usage/?project={chosen}").projects
    assert menu is not None
    assert menu.label == "No such project"


def test_the_project_menu_is_short() -> None:
    for number in range(32):
        make_project(name=f"Project {number:02}")
    last = make_project(name="Zebra")
    menu = shell_for(make_owner(), f"/usage/?project={last.pk}").projects
    assert menu is not None
    assert (menu.label, len(menu.items), menu.has_more) == ("Zebra", 31, True)


def test_pages_without_a_period_lead_to_the_overview() -> None:
    project = make_project(name="Mine")
    shell = shell_for(make_owner(), "/search/?q=x&project=ignored")
    assert (shell.period, shell.zone) == (None, None)
    assert shell.projects is not None
    assert [item.url for item in shell.projects.items] == ["/", f"/?project={project.pk}"]


def test_the_period_menu_keeps_the_rest_of_the_question() -> None:
    menu = shell_for(make_owner(), "/usage/?group_by=person&from=2026-10-01&to=2026-10-31&before=x").period
    assert menu is not None
    assert menu.period.label == "1–31 Oct 2026"
    assert menu.earlier_url == "/usage/?group_by=person&from=2026-09-01&to=2026-09-30"
    assert menu.kept == (("group_by", "person"),)


def test_the_zone_menu_offers_the_kept_zones_the_own_one_and_the_chosen_one() -> None:
    menu = shell_for(make_owner(time_zone="Europe/Berlin"), "/usage/?zone=Asia/Kolkata&group_by=person").zone
    assert menu is not None
    assert menu.label == "Kolkata"
    assert [(item.label, item.url, item.is_current) for item in menu.items] == [
        ("UTC", "/usage/?group_by=person&zone=UTC", False),
        ("Europe/Berlin", "/usage/?group_by=person&zone=Europe%2FBerlin", False),
        ("Asia/Kolkata", "/usage/?group_by=person&zone=Asia%2FKolkata", True),
    ]
