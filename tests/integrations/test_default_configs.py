"""Each person has at most one active default config, and so has the installation."""

import time
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import Person
from integrations.models import ProviderConfig
from integrations.services.provider_configs import make_default
from tests.billing.scratch import scratch_database
from tests.factories import make_person

pytestmark = pytest.mark.django_db


def make_config(person: Person | None, name: str, **values: Any) -> ProviderConfig:
    return ProviderConfig.objects.create(person=person, name=name, provider="anthropic", **values)


def defaults() -> list[str]:
    return sorted(ProviderConfig.objects.filter(is_default=True).values_list("name", flat=True))


@pytest.mark.parametrize("is_personal", [True, False])
def test_the_default_switches(is_personal: bool) -> None:
    person = make_person() if is_personal else None
    first, second = make_config(person, "first"), make_config(person, "second")
    make_config(make_person(), "somebody else's", is_default=True)
    assert (make_default(config=first), defaults()) == (True, ["first", "somebody else's"])
    assert (make_default(config=second), defaults()) == (True, ["second", "somebody else's"])
    assert (make_default(config=second), defaults()) == (False, ["second", "somebody else's"])


def test_the_installations_default_is_apart_from_peoples() -> None:
    person = make_person()
    ours, theirs = make_config(None, "ours"), make_config(person, "theirs")
    make_default(config=ours)
    make_default(config=theirs)
    assert defaults() == ["ours", "theirs"]


def test_an_inactive_one_becomes_none_and_the_other_stays() -> None:
    person = make_person()
    make_config(person, "first", is_default=True)
    with pytest.raises(ValidationError):
        make_default(config=make_config(person, "second", is_active=False))
    assert defaults() == ["first"]


@pytest.mark.parametrize("is_personal", [True, False])
def test_the_database_refuses_a_second_one(is_personal: bool) -> None:
    person = make_person() if is_personal else None
    make_config(person, "first", is_default=True)
    make_config(person, "inactive", is_default=True, is_active=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_config(person, "second", is_default=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        ProviderConfig.objects.filter(name="inactive").update(is_active=True)


SWITCHING = """
import time
from pathlib import Path
from integrations.models import ProviderConfig
from integrations.services.provider_configs import make_default

config = ProviderConfig.objects.get(name="{name}")
Path("{ready}").touch()
while not Path("{start}").exists():
    time.sleep(0.002)
for _ in range(15):
    make_default(config=config)
    time.sleep(0.001)
"""


def test_processes_that_race_leave_one(tmp_path: Path) -> None:
    start, names = tmp_path / "start", ["first", "second", "third"]
    make = (
        "from accounts.models import Person; from integrations.models import ProviderConfig; "
        "owner = Person.objects.create(name='Ada');"
        " [ProviderConfig.objects.create(person=owner, name=name, provider='p')"
        f" for name in {names}]"
    )
    with scratch_database(tmp_path) as scratch:
        assert scratch.manage("shell", "--no-imports", "-c", make).returncode == 0
        flags = [tmp_path / f"ready-{name}" for name in names]
        processes = [
            scratch.start("shell", "--no-imports", "-c", SWITCHING.format(name=name, ready=flag, start=start))
            for name, flag in zip(names, flags, strict=True)
        ]
        while not all(flag.exists() for flag in flags):
            assert all(process.poll() is None for process in processes), "a process ended before the start"
            time.sleep(0.02)
        start.touch()
        answers = [process.communicate(timeout=120) for process in processes]
        assert [process.returncode for process in processes] == [0, 0, 0], answers
        assert scratch.count("integrations_providerconfig WHERE is_default") == 1
