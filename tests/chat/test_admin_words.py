"""What was said is for those who may read it: others see that there were calls, and what they cost."""

import pytest
from django.urls import reverse

from accounts.models import User
from billing.ledger.record import record_usage
from billing.models import TokenUsage
from projects.models import Membership, Project
from tests.cast import Actor, signed_in
from tests.factories import make_conversation, make_event, make_member, make_message, make_project, make_user

pytestmark = pytest.mark.django_db

TITLE = "Refund for order 48213"


@pytest.fixture
def project() -> Project:
    return make_project()


def viewer(project: Project) -> Actor:
    return signed_in(make_member(project, Membership.Role.VIEWER))


def finance(project: Project) -> Actor:
    return signed_in(make_user(role=User.Role.FINANCE))


def analyst(project: Project) -> Actor:
    return signed_in(make_member(project, Membership.Role.ANALYST))


def auditor(project: Project) -> Actor:
    return signed_in(make_user(role=User.Role.AUDITOR))


@pytest.mark.parametrize(
    ("reader", "reads"), [(viewer, False), (finance, False), (analyst, True), (auditor, True)]
)
def test_titles_and_messages(reader, reads: bool, project: Project) -> None:
    conversation = make_conversation(project, title=TITLE)
    message = make_message(conversation, content="Where is my parcel?")
    record_usage([make_event(project, conversation_id=conversation.pk, message_id=message.pk)])
    client = reader(project).client
    for row in (conversation, message):
        name = f"admin:chat_{row._meta.model_name}"
        listed = client.get(reverse(f"{name}_changelist")).context["cl"].result_list
        assert list(listed) == ([row] if reads else [])
        for page in ("change", "history"):
            status = client.get(reverse(f"{name}_{page}", args=[row.pk])).status_code
            assert status == (200 if reads else 404)
    call = TokenUsage.objects.get()
    for url in (
        reverse("admin:billing_tokenusage_changelist"),
        reverse("admin:billing_tokenusage_change", args=[call.pk]),
    ):
        response = client.get(url)
        assert response.status_code == 200
        assert (TITLE in response.content.decode()) == reads
