"""Settings work with nothing set, and name the variable that is set wrong."""

from pathlib import Path

import pytest
from django.conf import settings

from tests.config.processes import run

SHOW = "from django.conf import settings; print(({}))"


def show(home: Path, expression: str, **variables: str) -> str:
    done = run(home, "-c", SHOW.format(expression), DJANGO_SETTINGS_MODULE="config.settings", **variables)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_laptop_needs_none(tmp_path: Path) -> None:
    home = tmp_path / "with a space" / "home"
    shown = show(home, "settings.DEBUG, settings.PRODUCTION, settings.DATABASES['default']['NAME']")
    assert shown == f"(False, False, PosixPath('{home}/countinghouse.sqlite3'))"


def test_a_key_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    first = show(tmp_path, "settings.SECRET_KEY")
    assert show(tmp_path, "settings.SECRET_KEY") == first
    assert len(first) >= 80
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "audit_key",
        "cache",
        "encryption_keys",
        "secret_key",
        "static",
    ]
    for name in ("audit_key", "encryption_keys"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


def test_a_public_address_brings_its_host_and_origin(tmp_path: Path) -> None:
    shown = show(
        tmp_path,
        "settings.ALLOWED_HOSTS, settings.CSRF_TRUSTED_ORIGINS, settings.PRODUCTION",
        PUBLIC_URL="https://usage.example.com:8443/team/",
    )
    assert shown == "(['usage.example.com'], ['https://usage.example.com:8443'], True)"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SQLITE_BUSY_TIMEOUT_S", "soon"),
        ("SECURE_HSTS_SECONDS", "a year"),
        ("REPORTING_TIME_ZONES", "UTC,Mars/Olympus"),
        ("DATABASE_URL", "mysql://user:hidden@host/name"),
        ("DATABASE_URL", "nonsense"),
        ("COUNTINGHOUSE_HOME", "/proc/nowhere"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, name: str, value: str) -> None:
    done = run(tmp_path, "manage.py", "check", **{name: value})
    assert done.returncode == 2
    assert name in done.stderr
    assert "Traceback" not in done.stderr
    assert "hidden" not in done.stderr


def test_the_policy_trusts_nobody_else() -> None:
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    assert (directives["script-src"], directives["style-src"]) == (["'self'"], ["'self'"])


def test_a_sign_in_button_may_lead_to_its_provider_alone(tmp_path: Path) -> None:
    asked = (
        "from django.conf import settings as s; print(s.CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action'])"
    )
    command = ("manage.py", "shell", "--no-imports", "-c", asked)
    keys = {"GITHUB_CLIENT_ID": "planted", "GITHUB_CLIENT_SECRET": "planted"}
    told = [run(tmp_path, *command, **given).stdout.strip() for given in ({}, keys)]
    assert told == ["[\"'self'\"]", "[\"'self'\", 'https://github.com']"]
