"""Every answer carries the headers that keep browsers from harm, whoever made it."""

from typing import Any

import pytest
from django.conf import settings as configured
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import SuspiciousOperation
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path

from config.urls import urlpatterns as ours
from core.gates import ANYBODY, open_to
from tests.architecture.addresses import addresses, registered_views
from tests.cast import Cast
from tests.planting import plant

CSP = {
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}
SAME = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def failing(request: Any) -> HttpResponse:
    raise RuntimeError("planted")


def suspicious(request: Any) -> HttpResponse:
    raise SuspiciousOperation("planted")


def unavailable(request: Any) -> HttpResponse:
    return HttpResponse(status=503)


def _public(view: Any) -> Any:
    return login_not_required(open_to(ANYBODY)(view))


urlpatterns = [
    path("fails/", _public(failing)),
    path("suspicious/", _public(suspicious)),
    path("unavailable/", _public(unavailable)),
    *ours,
]


def missing(response: Any) -> list[str]:
    """What `response` should say and does not."""
    said = set(response.headers.get("Content-Security-Policy", "").split("; "))
    lacking = [f"{name}: {value}" for name, value in SAME.items() if response.headers.get(name) != value]
    lacking += sorted(CSP ^ said)
    if "camera=()" not in response.headers.get("Permissions-Policy", ""):
        lacking.append("Permissions-Policy")
    return lacking


def is_kept_nowhere(response: Any) -> bool:
    said = response.headers.get("Cache-Control", "")
    return "no-store" in said and "private" in said


@pytest.mark.django_db
def test_every_address_has_them(cast: Cast) -> None:
    """Pages, lists, files, JSON, redirects and refusals: the first address of each view."""
    planted = plant("zqheaders")
    found: dict[str, list[str]] = {}
    visited = set()
    for view in registered_views():
        asked = next(addresses(view, planted), None) or f"/{view.route}"
        for client in (cast.owner.client, Client()):
            answer = client.get(asked)
            lacking = missing(answer) + ([] if is_kept_nowhere(answer) else ["no-store"])
            if lacking:
                found[asked] = lacking
            visited.add((answer.status_code, answer.headers.get("Content-Type", "").partition(";")[0]))
    assert found == {}
    assert {status for status, _ in visited} >= {200, 302, 404, 405}
    assert {kind for _, kind in visited} >= {"text/html", "application/json", "text/csv"}


@pytest.mark.django_db
@pytest.mark.urls("tests.config.test_headers")
@pytest.mark.parametrize(
    ("address", "status"),
    [("/fails/", 500), ("/suspicious/", 400), ("/no-such-page/", 404), ("/unavailable/", 503)],
)
def test_errors_have_them(address: str, status: int) -> None:
    client = Client(raise_request_exception=False)
    answer = client.get(address)
    assert (answer.status_code, missing(answer), is_kept_nowhere(answer)) == (status, [], True)


@pytest.mark.django_db
def test_refusals_have_them(cast: Cast) -> None:
    strict = Client(enforce_csrf_checks=True)
    forged, stranger = strict.post("/accounts/login/", {}), cast.stranger.client.get("/audit/")
    elsewhere = Client().get("/", headers={"Host": "elsewhere.example.com"})
    for answer, status in ((forged, 403), (stranger, 403), (elsewhere, 400)):
        assert (answer.status_code, missing(answer), is_kept_nowhere(answer)) == (status, [], True)


def test_static_files_have_them_and_may_be_kept(client: Client) -> None:
    answer = client.get("/static/css/base.css")
    assert (answer.status_code, missing(answer)) == (200, [])
    assert "no-store" not in answer.headers["Cache-Control"]


@pytest.mark.django_db
def test_in_production_browsers_come_back_by_https_alone(client: Client) -> None:
    production = {
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
        "SECURE_HSTS_PRELOAD": True,
    }
    with override_settings(**production):
        plain, secure = Client().get("/"), Client().get("/accounts/login/", secure=True)
    assert (plain.status_code, plain.headers["Location"], missing(plain)) == (301, "https://testserver/", [])
    expected = "max-age=31536000; includeSubDomains; preload"
    assert secure.headers["Strict-Transport-Security"] == expected


@pytest.mark.django_db
def test_cookies_are_lax_and_out_of_reach_of_scripts(cast: Cast) -> None:
    with override_settings(SESSION_COOKIE_SECURE=True, CSRF_COOKIE_SECURE=True):
        client = Client()
        client.get("/accounts/login/")
        owner = cast.owner.user
        owner.set_password("a long passphrase")
        owner.save()
        client.post("/accounts/login/", {"login": owner.email, "password": "a long passphrase"})
        said = {
            name: (bool(cookie["httponly"]), bool(cookie["secure"]), cookie["samesite"], cookie["path"])
            for name, cookie in client.cookies.items()
        }
    assert said == dict.fromkeys(("csrftoken", "sessionid"), (True, True, "Lax", "/"))
    assert configured.SESSION_COOKIE_AGE <= 24 * 3600
