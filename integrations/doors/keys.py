"""Who may send: the ingest key of a request."""

from django.http import HttpRequest

from integrations.models import IngestKey


def key_of(request: HttpRequest) -> IngestKey:
    """The valid key of the request (`Authorization: Bearer …` or `x-api-key`), with its project.

    Raises Refused: 401 without a valid key, 429 above its rate.
    """
    raise NotImplementedError
