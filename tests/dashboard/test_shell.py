"""The shell around every page, the admin's included, under the strict content security policy."""

import re

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from tests.factories import make_member, make_owner, make_project

pytestmark = pytest.mark.django_db

ADDRESSES = ("/search/", "/admin/", "/accounts/password/change/", "/nothing/here/")


def inline_code(html: str) -> list[str]:
    """What `script-src 'self'; style-src 'self'` would refuse."""
    scripts = re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", html)
    return scripts + re.findall(r"<style\b|\sstyle=|\son[a-z]+=|javascript:", html)


@pytest.mark.parametrize("address", ADDRESSES)
def test_pages_hold_no_inline_code(client: Client, address: str) -> None:
    client.force_login(make_owner())
    response = client.get(address)
    assert inline_code(response.content.decode()) == []
    assert "script-src 'self'" in response["Content-Security-Policy"]
    assert "style-src 'self'" in response["Content-Security-Policy"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_pages_stand_in_one_shell(client: Client, address: str) -> None:
    client.force_login(make_owner(name="Mara Keller"))
    html = client.get(address).content.decode()
    assert html.count('<nav class="sidebar" id="sidebar" popover') == 1
    assert html.count('class="topbar"') == 1
    assert '<span class="avatar" aria-hidden="true">MK</span>' in html


def test_the_sign_in_page_is_open_and_plain(client: Client) -> None:
    response = client.get("/accounts/login/")
    html = response.content.decode()
    assert response.status_code == 200
    assert 'id="sidebar"' not in html
    assert inline_code(html) == []


def test_a_missing_page_shows_visitors_no_names(client: Client) -> None:
    make_project(name="Secret project")
    response = client.get("/nothing/here/")
    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()
    assert "Secret project" not in response.content.decode()


@pytest.mark.parametrize("template", ["400.html", "500.html"])
def test_error_pages_need_no_database_and_no_request(template: str, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(0):
        assert inline_code(render_to_string(template)) == []


@pytest.mark.parametrize("template", ["403.html", "403_csrf.html", "404.html"])
def test_error_pages_of_a_request(template: str) -> None:
    request = RequestFactory().get("/")
    assert inline_code(render_to_string(template, request=request)) == []


def test_expired_forms_read_well() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_owner())
    response = client.post("/theme/", {"theme": "dark"})
    assert response.status_code == 403
    assert "This form is no longer valid" in response.content.decode()


def test_the_shell_costs_three_queries(client: Client, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    """Besides session and user: the projects, what has no price, and what waits for approval."""
    client.force_login(make_owner())
    client.get("/search/")
    with django_assert_num_queries(5):
        client.get("/search/")


def test_scripts_load_nothing_from_elsewhere() -> None:
    for path in sorted((settings.BASE_DIR / "static").rglob("*.[jc]s*")):
        assert "sourceMappingURL" not in path.read_text(), path
    for path in sorted((settings.BASE_DIR / "templates").rglob("*.html")):
        assert not re.search(r'(?:src|href)="(?:https?:)?//', path.read_text()), path


def test_members_see_their_projects_alone(client: Client) -> None:
    mine, _ = make_project(name="My project"), make_project(name="Secret project")
    client.force_login(make_member(mine))
    html = client.get("/search/").content.decode()
    assert "My project" in html
    assert "Secret project" not in html
