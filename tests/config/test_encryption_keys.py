"""The keys of stored secrets come from the environment and from a file, and are never shown."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from config.encryption_keys import encryption_keys
from tests.config.processes import run

FIRST, SECOND, THIRD = (Fernet.generate_key().decode() for _ in range(3))


def test_the_newest_comes_first_and_the_file_follows(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"# since March\n{SECOND}\n\n  {THIRD}  \n{FIRST}\n")
    assert encryption_keys([FIRST], str(file)) == [FIRST, SECOND, THIRD]
    assert encryption_keys([], str(file)) == [SECOND, THIRD, FIRST]
    assert encryption_keys([f" {FIRST} ", ""], "") == [FIRST]
    assert encryption_keys([], "") == []


def test_settings_read_both(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(SECOND)
    show = "from django.conf import settings; print(','.join(settings.ENCRYPTION_KEYS))"
    variables = {"ENCRYPTION_KEYS": f"{FIRST},{THIRD}", "ENCRYPTION_KEYS_FILE": str(file)}
    done = run(tmp_path, "-c", show, DJANGO_SETTINGS_MODULE="config.settings", **variables)
    assert done.stdout.strip() == ",".join([FIRST, THIRD, SECOND])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([FIRST, "hush"], "ENCRYPTION_KEYS: key 2 of 2 is not a Fernet key."),
        ([FIRST[:-1], SECOND], "ENCRYPTION_KEYS: key 1 of 2 is not a Fernet key."),
        (["hüsh"], "ENCRYPTION_KEYS: key 1 of 1 is not a Fernet key."),
    ],
)
def test_a_wrong_key_is_named_by_its_place(given: list[str], message: str) -> None:
    with pytest.raises(ImproperlyConfigured) as error:
        encryption_keys(given, "")
    assert str(error.value).startswith(message)
    assert not any(key in str(error.value) for key in given)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"hush", "ENCRYPTION_KEYS_FILE: key 1 of 1 is not a Fernet key."),
        (b"h\xffsh", "is no file of Fernet keys."),
        (None, "cannot be read: No such file or directory."),
    ],
)
def test_a_wrong_file_is_named_by_its_path(tmp_path: Path, content: bytes | None, message: str) -> None:
    file = tmp_path / "keys"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ImproperlyConfigured) as error:
        encryption_keys([], str(file))
    assert message in str(error.value)
    assert "hush" not in str(error.value)


@pytest.mark.parametrize("name", ["ENCRYPTION_KEYS", "ENCRYPTION_KEYS_FILE"])
def test_a_command_ends_with_a_sentence(tmp_path: Path, name: str) -> None:
    file = tmp_path / "keys"
    file.write_text("hush-hush")
    done = run(
        tmp_path, "manage.py", "check", **{name: "hush-hush" if name == "ENCRYPTION_KEYS" else str(file)}
    )
    assert (done.returncode, "Traceback" in done.stderr, "hush-hush" in done.stderr) == (2, False, False)
    assert f"{name}: key 1 of 1" in done.stderr
