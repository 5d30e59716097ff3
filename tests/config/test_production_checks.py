"""An insecure production start is refused, by name and with a hint."""

from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from config.checks import check_demo_account, check_production
from integrations.demo.seeding import EMAIL
from tests.config.processes import SECURE, run
from tests.factories import make_owner

SOUND: dict[str, Any] = {
    "PRODUCTION": True,
    "SECRET_KEY": SECURE["SECRET_KEY"],
    "SECRET_KEY_IS_SET": True,
    "DEBUG": False,
    "ALLOWED_HOSTS": ["usage.example.com"],
    "PUBLIC_URL": "https://usage.example.com",
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "SECURE_SSL_REDIRECT": True,
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
    "AUDIT_KEYS_ARE_SET": True,
}


def ids(folder: Path, **changes: Any) -> list[str | None]:
    (folder / "staticfiles.json").touch()
    with override_settings(**{**SOUND, "STATIC_ROOT": folder, **changes}):
        messages = check_production()
    assert all(message.hint for message in messages)
    return [message.id for message in messages]


def test_a_sound_production_passes(tmp_path: Path) -> None:
    assert ids(tmp_path) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"SECRET_KEY_IS_SET": False}, "countinghouse.E001"),
        ({"SECRET_KEY": SECURE["SECRET_KEY"][:49]}, "countinghouse.E001"),
        ({"SECRET_KEY": "abcd" * 16}, "countinghouse.E001"),
        ({"DEBUG": True}, "countinghouse.E002"),
        ({"ALLOWED_HOSTS": ["*"]}, "countinghouse.E003"),
        ({"ALLOWED_HOSTS": []}, "countinghouse.E003"),
        ({"PUBLIC_URL": "http://usage.example.com"}, "countinghouse.E004"),
        ({"PUBLIC_URL": ""}, "countinghouse.E004"),
        ({"SESSION_COOKIE_SECURE": False}, "countinghouse.E005"),
        ({"CSRF_COOKIE_SECURE": False}, "countinghouse.E005"),
        ({"SECURE_PROXY_SSL_HEADER": None}, "countinghouse.W001"),
        ({"STATIC_ROOT": "/nowhere"}, "countinghouse.W002"),
        ({"AUDIT_KEYS_ARE_SET": False}, "countinghouse.W003"),
    ],
)
def test_each_danger_is_named(tmp_path: Path, changes: dict[str, Any], expected: str) -> None:
    assert ids(tmp_path, **changes) == [expected]


def test_a_laptop_is_not_asked(tmp_path: Path) -> None:
    assert ids(tmp_path, PRODUCTION=False, DEBUG=True, SECRET_KEY_IS_SET=False) == []


@pytest.mark.parametrize(
    ("variables", "is_refused"),
    [
        ({}, False),
        ({"PUBLIC_URL": "https://usage.example.com"}, True),
        # Whoever lets others in is in production, whether they say so or not.
        ({"ALLOWED_HOSTS": "usage.example.com"}, True),
        ({"ALLOWED_HOSTS": "192.168.1.5", "PRODUCTION": "0"}, False),
        (SECURE, False),
    ],
)
def test_commands_refuse(tmp_path: Path, variables: dict[str, str], is_refused: bool) -> None:
    done = run(tmp_path, "manage.py", "check", **variables)
    assert (done.returncode == 1, "countinghouse.E001" in done.stderr) == (is_refused, is_refused)


def test_the_server_refuses_before_it_listens(tmp_path: Path) -> None:
    gunicorn = ("-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi")
    done = run(tmp_path, *gunicorn, PORT="1", PUBLIC_URL="https://usage.example.com", SECRET_KEY="short")
    assert done.returncode == 1
    assert "countinghouse.E001" in done.stderr
    assert "Traceback" not in done.stderr


def test_any_other_server_refuses_too(tmp_path: Path) -> None:
    done = run(
        tmp_path, "-c", "import config.wsgi", PUBLIC_URL="https://usage.example.com", SECRET_KEY="short"
    )
    assert done.returncode == 1
    assert "ImproperlyConfigured: ?: (countinghouse.E001)" in done.stderr


def test_django_finds_nothing_to_add(tmp_path: Path) -> None:
    collected = run(tmp_path, "manage.py", "collectstatic", "--noinput", **SECURE)
    assert collected.returncode == 0, collected.stderr
    done = run(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING", **SECURE)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.django_db
def test_the_demos_account_does_not_meet_the_network() -> None:
    def found(**changes: Any) -> list[str | None]:
        with override_settings(**{**SOUND, **changes}):
            return [message.id for message in check_demo_account()]

    assert found() == []
    account = make_owner(email=EMAIL)
    assert found() == ["countinghouse.E006"]
    assert found(PRODUCTION=False) == []
    account.is_active = False
    account.save()
    assert found() == []
