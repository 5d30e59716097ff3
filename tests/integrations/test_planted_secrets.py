"""No stolen database, log, page, file or error reveals a secret: planted by the doors, sought everywhere."""

import json
import logging
from base64 import b64encode
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.conf import settings as configured
from django.contrib import admin
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from accounts.first_owner import link_token
from accounts.models import User
from core.sessions import SessionStore
from integrations.models import IngestKey, Integration, LinkedAccount, ProviderConfig
from integrations.services.ingest_keys import create_key
from tests.accounts.test_sign_in import PASSWORD, code_of, with_second_factor
from tests.architecture.addresses import addresses, registered_views
from tests.factories import make_owner, make_person, make_project, make_user
from tests.integrations.test_admin_provider_configs import ADD, form
from tests.planting import plant

pytestmark = pytest.mark.django_db

PROVIDER_KEY, REPLACED_KEY = "sk-ant-planted-provider-0001", "sk-ant-planted-replaced-0002"
TOKEN, HOOK = "gho_plantedlinkedaccount0003", "whsec_plantedintegration0004"
SECRETS = {
    "provider key": PROVIDER_KEY,
    "replaced provider key": REPLACED_KEY,
    "token": TOKEN,
    "webhook secret": HOOK,
    "password": PASSWORD,
}


@pytest.fixture(autouse=True)
def ring(settings: Any) -> str:
    key = Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = [key]
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    return key


@pytest.fixture(autouse=True)
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Everything that is logged, statements with their parameters too."""
    caplog.set_level(logging.DEBUG)
    connection.force_debug_cursor = True
    yield caplog
    connection.force_debug_cursor = False


class Planted:
    """An installation in which every kind of secret stands; `secrets` by kind."""

    def __init__(self, ring: str) -> None:
        self.owner = make_owner()
        self.client = Client()
        seed = with_second_factor(self.client, self.owner)
        codes = Authenticator.objects.get(user=self.owner, type="recovery_codes").wrap().get_unused_codes()
        assert self.client.post(ADD, form(new_api_key=REPLACED_KEY)).status_code == 302
        self.config = ProviderConfig.objects.get()
        address = reverse("admin:integrations_providerconfig_change", args=[self.config.pk])
        assert self.client.post(address, form(new_api_key=PROVIDER_KEY)).status_code == 302
        person, project = make_person(), make_project()
        self.account = LinkedAccount.objects.create(
            person=person, provider="github", external_id="1", access_token=TOKEN
        )
        self.integration = Integration.objects.create(project=project, kind="slack", secret=HOOK)
        _, ingest_key = create_key(project, "planted", self.owner)
        self.secrets = {
            **SECRETS,
            "seed": seed,
            "recovery code": codes[0],
            "ingest key": ingest_key,
            "session": self.client.cookies["sessionid"].value,
            "encryption key": ring,
            "signing key": configured.SECRET_KEY,
            "audit key": configured.AUDIT_KEYS[0],
        }

    def seen_in(self, text: str) -> list[str]:
        return [kind for kind, secret in self.secrets.items() if secret in text]


@pytest.fixture
def planted(ring: str) -> Planted:
    return Planted(ring)


def stolen() -> str:
    """The database as a thief has it: SQLite's whole file; every row of every table elsewhere."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        return str(connection.connection.serialize().decode("latin-1"))
    rows: list[str] = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT t::text FROM {connection.ops.quote_name(table)} t")
            rows += [row[0] for row in cursor.fetchall()]
    return "\n".join(rows)


def test_a_stolen_database_reveals_none(
    planted: Planted, logged: pytest.LogCaptureFixture, settings: Any
) -> None:
    settings.SENDS_EMAIL = True
    planted.client.post("/accounts/password/reset/", {"email": planted.owner.email})
    database = stolen()
    # It is the whole of it: what is no secret is found.
    assert planted.owner.email in database
    assert planted.config.name in database
    assert planted.seen_in(database) == []
    encoded = [b64encode(secret.encode()).decode().rstrip("=")[:-2] for secret in planted.secrets.values()]
    assert [text for text in encoded if text in database] == []
    assert planted.seen_in(logged.text) == []


def test_a_second_factor_that_is_being_set_up_is_no_secret_of_the_database(client: Client) -> None:
    user = make_user()
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    seed: str = client.get(reverse("mfa_activate_totp")).context["form"].secret
    [row] = Session.objects.all()
    assert seed in str(SessionStore(row.session_key).load())
    plain = SessionStore.__mro__[1]().decode(row.session_data)
    assert (plain, seed in stolen()) == ({}, False)
    assert client.post(reverse("mfa_activate_totp"), {"code": code_of(seed)}).status_code == 302


def test_links_by_e_mail_are_not_stored(client: Client, mailoutbox: list[Any], settings: Any) -> None:
    settings.SENDS_EMAIL = True
    user = make_user()
    client.post("/accounts/password/reset/", {"email": user.email})
    [mail] = mailoutbox
    key = mail.body.partition("/password/reset/key/")[2].split()[0].strip("/")
    assert key.partition("-")[2]
    assert key.partition("-")[2] not in stolen()
    User.objects.all().delete()
    assert link_token() not in stolen()


def test_no_page_shows_one(planted: Planted, logged: pytest.LogCaptureFixture) -> None:
    """Pages of every view, and each page of the rows that hold secrets."""
    rows = plant("zqsecrets")
    found: dict[str, list[str]] = {}
    asked = [next(addresses(view, rows), "/") for view in registered_views()]
    for row in (planted.config, planted.account, planted.integration, *IngestKey.objects.all()):
        meta = row._meta
        names = [
            f"admin:{meta.app_label}_{meta.model_name}_{page}" for page in ("change", "history", "delete")
        ]
        asked += [reverse(name, args=[row.pk]) for name in names]
        asked.append(reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist"))
    asked += ["/audit/", "/audit/export.csv", "/audit/export.json", f"/search/?q={PROVIDER_KEY[:12]}"]
    for address in asked:
        answer = planted.client.get(address)
        body = b"".join(answer) if answer.streaming else answer.content
        # The pages that set a factor up show its codes to their owner: that is what they are for.
        if not address.startswith("/accounts/2fa/") and (seen := planted.seen_in(body.decode("latin-1"))):
            found[address] = seen
    assert found == {}
    assert planted.seen_in(logged.text) == []
    shown = planted.client.get(
        reverse("admin:integrations_providerconfig_change", args=[planted.config.pk])
    ).content.decode()
    assert f"…{PROVIDER_KEY[-4:]}" in shown


def test_no_list_exports_one(planted: Planted) -> None:
    told: dict[str, tuple[str, list[str]]] = {}
    for model in admin.site._registry:
        if not model._default_manager.exists():
            continue
        meta = model._meta
        address = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
        chosen = [str(pk) for pk in model._default_manager.values_list("pk", flat=True)[:20]]
        answer = planted.client.post(address, {"action": "export_csv", "_selected_action": chosen})
        body = b"".join(answer) if answer.streaming else answer.content
        told[meta.label] = (answer.headers["Content-Type"].partition(";")[0], planted.seen_in(body.decode()))
    assert told == dict.fromkeys(told, ("text/csv", []))
    assert {"integrations.ProviderConfig", "integrations.LinkedAccount", "integrations.IngestKey"} <= set(
        told
    )


@pytest.mark.parametrize(
    "command",
    [
        ["dumpdata"],
        ["dumpdata", "--natural-foreign", "--format", "xml"],
        ["check_db", "--format", "json"],
        ["rotate_encryption_keys", "--format", "json"],
        ["rotate_encryption_keys", "--check"],
        ["verify_audit"],
        ["usage_report", "--group-by", "project"],
    ],
    ids=lambda command: " ".join(command),
)
def test_no_command_prints_one(planted: Planted, command: list[str], capfd: Any) -> None:
    out, complaint = StringIO(), StringIO()
    try:
        call_command(*command, stdout=out, stderr=complaint)
    except SystemExit:
        assert command[0] in {"check_db"}
    told = capfd.readouterr()
    assert out.getvalue() or told.out
    assert planted.seen_in(out.getvalue() + complaint.getvalue() + told.out + told.err) == []


def test_no_dump_of_a_row_shows_one(planted: Planted) -> None:
    for row in (planted.config, planted.account, planted.integration):
        row.refresh_from_db()
        told = f"{row!r} {row} {vars(row)} {json.dumps(vars(row), default=repr)}"
        assert planted.seen_in(told) == []


def _failing(*args: Any, **kwargs: Any) -> None:
    raise RuntimeError("planted")


@pytest.mark.parametrize("is_debugging", [False, True])
def test_no_page_about_an_error_shows_one(
    planted: Planted,
    is_debugging: bool,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    logged: pytest.LogCaptureFixture,
) -> None:
    settings.DEBUG = is_debugging
    settings.DATABASE_URL = "postgres://me:planted-database-password@db/x"
    planted.secrets["database password"] = "planted-database-password"
    targets: list[tuple[type[Model], str, dict[str, Any]]] = [
        (ProviderConfig, ADD, form(new_api_key=PROVIDER_KEY, name="Another")),
        (
            User,
            reverse("account_change_password"),
            {"oldpassword": PASSWORD, "password1": HOOK, "password2": HOOK},
        ),
    ]
    planted.client.raise_request_exception = False
    for model, address, sent in targets:
        with monkeypatch.context() as patched:
            patched.setattr(model, "save", _failing)
            answer = planted.client.post(address, sent)
        assert answer.status_code == 500
        assert ("Traceback" in answer.content.decode()) == is_debugging
        assert planted.seen_in(answer.content.decode()) == []
    assert planted.seen_in(logged.text) == []


def test_what_no_key_opens_shows_a_badge_and_breaks_nothing(planted: Planted, settings: Any) -> None:
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    rows: list[Any] = [planted.config, planted.account, planted.integration]
    for row in rows:
        meta = row._meta
        name = f"admin:{meta.app_label}_{meta.model_name}"
        walked = (reverse(f"{name}_changelist"), reverse(f"{name}_change", args=[row.pk]))
        answers = [planted.client.get(address) for address in walked]
        assert [(each.status_code, "unreadable" in each.content.decode()) for each in answers] == [
            (200, True),
            (200, True),
        ], meta.label
