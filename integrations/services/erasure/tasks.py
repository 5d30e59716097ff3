"""Erasures that take longer than a request: what the background worker does of them."""

from uuid import UUID

from django_tasks import task

from accounts.models import Erasure, Person
from integrations.services.erasure.erase import erase


@task()
def go_on_erasing(erasure_id: str) -> None:
    """Finish the certificate that a page has begun."""
    erasure = Erasure.objects.select_related("requested_by").get(pk=UUID(erasure_id))
    person = Person.objects.filter(pk=erasure.person_id).first()
    if person is not None and erasure.finished_at is None:
        erase(person, by=erasure.requested_by)
