"""Every page that a role can reach by links, opened in Chromium: nothing against the CSP, no dead link.

A walk from the overview over all links of the product's own, one page of each address pattern.
"""

from collections import deque
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import Browser, Error, Page

from tests.browser.server import ROLES, Server
from tests.browser.visits import Visit

pytestmark = pytest.mark.browser

FEWEST = {"stranger": 20, "owner": 110}
"""So many pages, at least, must have been found: a walk that finds none would prove nothing."""
_LINKS = "links => links.map(link => link.href)"


@pytest.mark.parametrize("role", ROLES)
def test_what_a_role_can_reach_opens_without_trouble(role: str, browser: Browser, server: Server) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    sign_in(page, server, role)
    troubles, opened = walk(page, server)
    context.close()
    assert troubles == {}
    assert opened >= FEWEST.get(role, FEWEST["stranger"])


def sign_in(page: Page, server: Server, role: str) -> None:
    page.goto(f"{server.url}/")
    page.fill("input[name=login]", server.address_of(role))
    page.fill("input[name=password]", server.password)
    page.click(".account-form [type=submit]")
    page.wait_for_url(f"{server.url}/")


def walk(page: Page, server: Server) -> tuple[dict[str, list[str]], int]:
    """Address → what went wrong there; and how many pages opened."""
    waiting, known, troubles, opened = deque(["/"]), {pattern("/")}, {}, 0
    window = Visit(page, server.url)
    while waiting:
        address = waiting.popleft()
        window.forget()
        try:
            page.goto(server.url + address, wait_until="load")
        except Error as error:
            if "Download is starting" in error.message:
                continue
            raise
        opened += 1
        if found := window.troubles():
            troubles[address] = found
        for link in links(page, server):
            if (route := pattern(link)) is not None and route not in known:
                known.add(route)
                waiting.append(link)
    return troubles, opened


def links(page: Page, server: Server) -> Iterator[str]:
    """Addresses of our own that the page leads to."""
    for href in page.eval_on_selector_all("a[href]", _LINKS):
        parts = urlsplit(urljoin(page.url, href))
        if f"{parts.scheme}://{parts.netloc}" == server.url:
            yield parts.path + (f"?{parts.query}" if parts.query else "")


def pattern(link: str) -> tuple[str, frozenset[str]] | None:
    """What kind of page it is: its route and the names of its parameters. None: not one of ours."""
    path, _, query = link.partition("?")
    try:
        route = resolve(path).route
    except Resolver404:
        return None
    names = frozenset(each.partition("=")[0] for each in query.split("&") if each)
    return (route, names & {"format", "tab", "client"})
