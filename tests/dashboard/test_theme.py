"""The theme: chosen without script, kept in a cookie, rendered by the server."""

import pytest
from django.test import Client

from tests.factories import make_owner

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client: Client) -> Client:
    client.force_login(make_owner())
    return client


def test_the_choice_is_kept_and_rendered(signed_in: Client) -> None:
    response = signed_in.post("/theme/", {"theme": "dark", "next": "/search/?q=a"})
    assert (response.status_code, response["Location"]) == (302, "/search/?q=a")
    assert '<html lang="en" data-theme="dark">' in signed_in.get("/search/").content.decode()


@pytest.mark.parametrize(
    ("theme", "shown", "following"), [("auto", "system", "light"), ("dark", "dark", "auto")]
)
def test_the_switch_names_the_theme_and_offers_the_next(
    signed_in: Client, theme: str, shown: str, following: str
) -> None:
    signed_in.cookies["theme"] = theme
    page = signed_in.get("/search/").content.decode()
    assert f'name="theme" value="{following}" data-theme-switch aria-label="Theme: {shown}"' in page


def test_an_unknown_theme_changes_nothing(signed_in: Client) -> None:
    assert "theme" not in signed_in.post("/theme/", {"theme": "<script>"}).cookies
    signed_in.cookies["theme"] = "<script>"
    assert '<html lang="en" data-theme="auto">' in signed_in.get("/search/").content.decode()


@pytest.mark.parametrize("address", ["https://elsewhere.example/", "//elsewhere.example/", ""])
def test_it_never_leads_elsewhere(signed_in: Client, address: str) -> None:
    assert signed_in.post("/theme/", {"theme": "dark", "next": address})["Location"] == "/"


def test_it_is_a_post(signed_in: Client) -> None:
    assert signed_in.get("/theme/").status_code == 405
