"""Processes that tell of one session at once: every turn once, at a place of its own."""

import json
from pathlib import Path

import pytest

from tests.billing.scratch import scratch_database

pytestmark = pytest.mark.django_db

_MAKE = """
from projects.models import Project
Project.objects.create(name="Shop", captures_content=True)
"""
_TELL = """
from integrations.services.ingest import Delivery, take_in
from integrations.sources.parsed import CapturedMessage, ParsedUsage
from projects.models import Project
from tests.factories import make_event
shop = Project.objects.get()
for number in range(12):
    event = make_event(shop, native_id=f"{name} {number}", session_id="s-1")
    asked = CapturedMessage("user", f"{name} asks {number}")
    answered = CapturedMessage("assistant", f"{name} {number}")
    take_in(Delivery([ParsedUsage("call", "", event, captured=(asked, answered))], "otlp", "otel"), shop)
"""
_COUNT = """
import json
from chat.models import Message
rows = Message.objects.order_by("position").values_list("position", "content")
print(json.dumps([list(row) for row in rows]))
"""


def test_two_processes_write_to_one_conversation(tmp_path: Path) -> None:
    with scratch_database(tmp_path) as scratch:
        made = scratch.manage("shell", "--no-imports", "-c", _MAKE)
        assert made.returncode == 0, made.stderr
        scripts = [f"name = {name!r}\n{_TELL}" for name in ("one", "two")]
        for process in [scratch.start("shell", "--no-imports", "-c", script) for script in scripts]:
            _, err = process.communicate(timeout=300)
            assert process.returncode == 0, err
        kept = json.loads(scratch.manage("shell", "--no-imports", "-c", _COUNT).stdout)
    assert [position for position, _ in kept] == list(range(1, 49))
    assert len({content for _, content in kept}) == 48
