"""A passkey is set up in the browser, and signs in by itself; Chromium plays the authenticator."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.server import Server
from tests.browser.visits import Visit

pytestmark = pytest.mark.browser

_AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_a_passkey_signs_in(browser: Browser, server: Server) -> None:
    # Passkeys belong to names: browsers know none for an address of numbers.
    url = server.url.replace("127.0.0.1", "localhost")
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    window = Visit(page, url)
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": _AUTHENTICATOR})
    page.goto(f"{url}/accounts/login/")
    page.fill("input[name=login]", server.address_of("passkeys"))
    page.fill("input[name=password]", server.password)
    page.click(".account-form [type=submit]")
    page.wait_for_url(f"{url}/")

    page.goto(f"{url}/accounts/2fa/webauthn/add/")
    page.fill("input[name=password]", server.password)
    page.get_by_role("button", name="Confirm").click()
    page.fill("input[name=name]", "Laptop")
    page.check("input[name=passwordless]")
    page.get_by_role("button", name="Add").click()
    page.wait_for_url(lambda address: "/2fa/webauthn/add" not in address)
    page.goto(f"{url}/accounts/2fa/webauthn/")
    expect(page.get_by_text("Laptop")).to_be_visible()

    context.clear_cookies()
    page.goto(f"{url}/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{url}/")
    expect(page.locator(".account__name")).to_contain_text("passkeys@example.com")
    assert window.troubles() == []
    context.close()
