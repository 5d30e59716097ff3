"""A program at a door: what tests send with."""

import json
from collections.abc import Mapping
from typing import Any

from django.test import Client

from integrations.services.ingest_keys import create_key
from projects.models import Project


class Sender:
    """Sends to `project` with a key of its own."""

    def __init__(self, project: Project) -> None:
        self.key, self.secret = create_key(project, "tests")
        self._client = Client(headers={"authorization": f"Bearer {self.secret}"})

    def post(
        self,
        path: str,
        body: Any,
        *,
        type_: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """`body` as it is when it is bytes, else as JSON."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self._client.post(path, raw, content_type=type_, headers=headers)


def lines(*records: Any) -> bytes:
    """JSON Lines; bytes stand as they are."""
    return b"\n".join(
        record if isinstance(record, bytes) else json.dumps(record).encode() for record in records
    )
