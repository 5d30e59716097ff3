"""Taking an upload's bytes: straight to disk, never more than allowed."""

import hashlib
import tempfile
from typing import Any

from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

from integrations.services.uploads.store import incoming_folder

_FORM_BYTES = 1 << 20
"""Room for the form's other fields and the boundaries between files."""
_DRAINED_TIMES = 4
"""A body that is larger by this factor is not read to its end: the connection is cut instead."""


class IncomingFile(TemporaryUploadedFile):
    """A file in our own folder, readable by its owner alone; it is gone when closed, unless it was moved."""

    def __init__(self, name: str, content_type: str, charset: str | None) -> None:
        file = tempfile.NamedTemporaryFile(dir=incoming_folder())  # noqa: SIM115 - closed with the request
        UploadedFile.__init__(self, file, name, content_type, 0, charset)


class BoundedUploadHandler(FileUploadHandler):
    """Writes every file of a request to disk, and stops when all of them together exceed `limit` bytes.

    `digests` are the files' SHA-256 in their order. When `is_too_large`, the request has no complete files.
    """

    def __init__(self, request: HttpRequest, limit: int) -> None:
        super().__init__(request)
        self.limit = limit
        self.received = 0
        self.is_too_large = False
        self.digests: list[bytes] = []
        self._is_endless = False

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *rest: Any) -> None:
        self.is_too_large = content_length > self.limit + _FORM_BYTES
        self._is_endless = content_length > self.limit * _DRAINED_TIMES + _FORM_BYTES

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self.is_too_large:
            raise StopUpload(connection_reset=self._is_endless)
        self._hash = hashlib.sha256()
        self.file = IncomingFile(self.file_name or "", self.content_type or "", self.charset)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        if self.received > self.limit:
            self.is_too_large = True
            raise StopUpload(connection_reset=self._is_endless)
        self._hash.update(raw_data)
        self.file.write(raw_data)

    def file_complete(self, file_size: int) -> TemporaryUploadedFile:
        self.file.seek(0)
        self.file.size = file_size
        self.digests.append(self._hash.digest())
        return self.file

    def upload_interrupted(self) -> None:
        if hasattr(self, "file"):
            self.file.close()
