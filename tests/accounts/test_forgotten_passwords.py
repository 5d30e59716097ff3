"""Who forgot their password gets a link by e-mail, or asks an owner; nobody finds a link in a log."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from tests.factories import make_owner

pytestmark = pytest.mark.django_db

RESET = reverse("account_reset_password")


def test_without_e_mail_an_owner_is_asked(client: Client, capsys: Any, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    owner = make_owner()
    pages = [client.get(RESET), client.post(RESET, {"email": owner.email})]
    assert all("Ask an owner" in page.content.decode() for page in pages)
    assert "/password/reset/key/" not in "".join(capsys.readouterr())


def test_with_e_mail_a_link_is_sent(client: Client, settings: Any) -> None:
    settings.SENDS_EMAIL = True
    owner = make_owner()
    assert client.post(RESET, {"email": owner.email}).status_code == 302
    [sent] = mail.outbox
    assert sent.to == [owner.email]
    assert "/accounts/password/reset/key/" in sent.body
