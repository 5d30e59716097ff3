"""Secrets are encrypted anew with the newest key, under traffic, and nothing is lost."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.core.management import call_command

from accounts.models import AuditEntry
from core.encryption import Secret, Unreadable, decrypted, encrypted
from core.rotation import rotate
from integrations.models import LinkedAccount, ProviderConfig
from tests.billing.scratch import scratch_database
from tests.factories import make_person, make_user

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
COLUMN = "integrations.ProviderConfig.api_key"


@pytest.fixture(autouse=True)
def old_ring(settings: Any) -> None:
    settings.ENCRYPTION_KEYS = [OLD]


def make_config(number: int = 0, **fields: Any) -> ProviderConfig:
    values = {"person": make_person(), "name": f"config {number}", "provider": "openai"}
    return ProviderConfig.objects.create(**{**values, "api_key": f"sk-live-{number:08d}", **fields})


def run(*options: str) -> tuple[int, dict[str, dict[str, int]]]:
    out = StringIO()
    try:
        call_command("rotate_encryption_keys", "--format", "json", *options, stdout=out)
    except SystemExit as ended:
        return int(str(ended.code)), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


@pytest.mark.django_db
def test_every_secret_gets_the_newest_key(settings: Any) -> None:
    configs = [make_config(number) for number in range(5)]
    account = LinkedAccount.objects.create(
        person=make_person(), provider="github", external_id="1", access_token="gho_123456789012"
    )
    factor = Authenticator.objects.create(
        user=make_user(), type=Authenticator.Type.TOTP, data={"secret": encrypted("JBSWY3DPEHPK3PXP")}
    )
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    status, found = run("--check")
    assert (status, found[COLUMN]["outdated"], found["second factors"]["outdated"]) == (1, 5, 1)
    status, found = run("--batch-size", "2")
    assert (status, found[COLUMN]["rotated"], found["second factors"]["rotated"]) == (0, 5, 1)
    assert run("--check")[0] == 0
    assert run()[1][COLUMN] == {"rotated": 0, "current": 5, "unreadable": 0, "outdated": 0}
    settings.ENCRYPTION_KEYS = [NEW]
    for number, config in enumerate(configs):
        config.refresh_from_db()
        assert config.api_key == Secret(f"sk-live-{number:08d}")
    account.refresh_from_db()
    factor.refresh_from_db()
    assert account.access_token == Secret("gho_123456789012")
    assert decrypted(factor.data["secret"]) == Secret("JBSWY3DPEHPK3PXP")
    [entry] = AuditEntry.objects.filter(action="rotated")
    assert entry.detail == {COLUMN: 5, "integrations.LinkedAccount.access_token": 1, "second factors": 1}


@pytest.mark.django_db
def test_what_no_key_opens_stays_and_is_told(settings: Any) -> None:
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    lost = make_config()
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    status, found = run()
    assert (status, found[COLUMN]["unreadable"]) == (1, 1)
    lost.refresh_from_db()
    assert isinstance(lost.api_key, Unreadable)


@pytest.mark.django_db
def test_a_secret_that_was_saved_meanwhile_is_theirs(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    config = make_config()
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    standing = rotate.__globals__["_Ring"].standing

    def saving_in_between(ring: Any, token: str) -> str:
        ProviderConfig.objects.filter(pk=config.pk).update(api_key="sk-newer-00000000")
        return str(standing(ring, token))

    monkeypatch.setattr(rotate.__globals__["_Ring"], "standing", saving_in_between)
    assert rotate()[COLUMN].rotated == 0
    config.refresh_from_db()
    assert config.api_key == Secret("sk-newer-00000000")


@pytest.mark.django_db
def test_without_a_key_there_is_nothing_to_do(settings: Any) -> None:
    settings.ENCRYPTION_KEYS = []
    with pytest.raises(Exception, match="Set ENCRYPTION_KEYS") as refused:
        run()
    assert getattr(refused.value, "returncode", None) == 2


SETTING = """
from integrations.models import ProviderConfig
from tests.core.test_rotation import make_config
for number in range(60):
    make_config(number)
"""
TRAFFIC = """
import json, sys, time
from django.conf import settings
from integrations.models import ProviderConfig
configs = list(ProviderConfig.objects.order_by("pk").values_list("pk", flat=True))
last, turn, until = {}, 0, time.monotonic() + 6
while time.monotonic() < until:
    pk, secret = configs[turn % len(configs)], f"sk-turn-{turn:08d}"
    ProviderConfig.objects.filter(pk=pk).update(api_key=secret)
    last[str(pk)] = secret
    turn += 1
    time.sleep(0.005)
print(json.dumps(last))
"""
READING = """
import json
from integrations.models import ProviderConfig
print(json.dumps({str(row.pk): row.api_key.reveal() for row in ProviderConfig.objects.all()}))
"""


@pytest.mark.django_db
def test_nothing_is_lost_under_traffic(tmp_path: Path) -> None:
    """Others save while two processes rotate at once; afterwards the new key alone opens the last of each."""
    with scratch_database(tmp_path) as scratch:

        def shell(script: str) -> tuple[str, ...]:
            return "shell", "--no-imports", "-c", script

        scratch.environment["ENCRYPTION_KEYS"] = OLD
        assert scratch.manage(*shell(SETTING)).returncode == 0
        before = json.loads(scratch.manage(*shell(READING)).stdout)
        scratch.environment["ENCRYPTION_KEYS"] = f"{NEW},{OLD}"
        traffic = scratch.start(*shell(TRAFFIC))
        rotations = [scratch.start("rotate_encryption_keys", "--batch-size", "3") for _ in range(2)]
        endings = [process.communicate(timeout=120) for process in rotations]
        assert [process.returncode for process in rotations] == [0, 0], endings
        told, complaint = traffic.communicate(timeout=120)
        assert traffic.returncode == 0, complaint
        scratch.environment["ENCRYPTION_KEYS"] = NEW
        assert scratch.manage("rotate_encryption_keys", "--check").returncode == 0
        after = json.loads(scratch.manage(*shell(READING)).stdout)
        assert after == before | json.loads(told)
        assert scratch.manage("verify_audit").returncode == 0
