"""Owners erase a person in the browser, see first what goes, and take the certificate away."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, Erasure, User
from accounts.models.person import ERASED_NAME
from integrations.services.erasure.tasks import go_on_erasing
from integrations.views import erasure as views
from tests.cast import Cast, signed_in
from tests.factories import make_user
from tests.integrations.retention.scenes import SECRET, Scene, make_scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def page_of(scene: Scene) -> str:
    return reverse("integrations:erase_person", args=[scene.person.pk])


def test_the_page_counts_before_it_erases(cast: Cast, scene: Scene) -> None:
    person = reverse("admin:accounts_person_change", args=[scene.person.pk])
    assert page_of(scene) in cast.owner.client.get(person).content.decode()
    answer = cast.owner.client.get(page_of(scene))
    assert ("chat.message", 1) in answer.context["counts"]
    assert cast.owner.client.post(page_of(scene), {"reason": "x"}).status_code == 422
    assert Erasure.objects.count() == 0


def test_a_confirmed_erasure_leads_to_its_certificate(cast: Cast, scene: Scene) -> None:
    sent = {"confirmed": "yes", "reason": "Request 7"}
    answer = cast.owner.client.post(page_of(scene), sent)
    erasure = Erasure.objects.get()
    url = reverse("integrations:erasure", args=[erasure.pk])
    assert answer.headers["Location"] == url
    assert (erasure.reason, erasure.requested_by, erasure.person_label) == ("Request 7", cast.owner.user, "")
    page = cast.owner.client.get(url).content.decode()
    assert ("Request 7" in page, SECRET in page) == (True, False)
    download = cast.owner.client.get(url, {"format": "json"})
    assert download.json()["counts"] == erasure.counts
    assert download.headers["Content-Disposition"] == f'attachment; filename="erasure-{erasure.pk}.json"'
    assert AuditEntry.objects.filter(action="exported", target_id=str(erasure.pk)).count() == 1


def test_a_large_one_is_finished_by_the_worker(
    cast: Cast, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "_AT_ONCE", 0)
    cast.owner.client.post(page_of(scene), {"confirmed": "yes"})
    erasure = Erasure.objects.get()
    page = cast.owner.client.get(reverse("integrations:erasure", args=[erasure.pk])).content.decode()
    assert (erasure.finished_at, "not finished" in page) == (None, True)
    go_on_erasing.call(str(erasure.pk))
    erasure.refresh_from_db()
    scene.person.refresh_from_db()
    assert (erasure.finished_at is not None, scene.person.name) == (True, ERASED_NAME)


def test_who_may(cast: Cast, scene: Scene) -> None:
    auditor = signed_in(make_user(role=User.Role.AUDITOR))
    for actor in (cast.member, cast.stranger, auditor):
        assert actor.client.get(page_of(scene)).status_code == 403
        assert actor.client.post(page_of(scene), {"confirmed": "yes"}).status_code == 403
    cast.owner.client.post(page_of(scene), {"confirmed": "yes"})
    url = reverse("integrations:erasure", args=[Erasure.objects.get().pk])
    seen: dict[str, Any] = {
        name: actor.client.get(url).status_code
        for name, actor in (("auditor", auditor), ("member", cast.member))
    }
    assert seen == {"auditor": 200, "member": 403}


def test_a_transcript_says_when_and_why_words_are_gone(cast: Cast, scene: Scene) -> None:
    cast.owner.client.post(page_of(scene), {"confirmed": "yes"})
    url = reverse("chat:transcript", args=[scene.conversation.pk])
    page = cast.owner.client.get(url).content.decode()
    assert "at their author’s request" in page
    assert SECRET not in page
