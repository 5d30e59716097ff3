"""Files that people uploaded."""

from collections.abc import Iterator

from chat.models import FileContent, FileUpload
from integrations.systems.declarations import AnyDraft, Draft, Links
from integrations.systems.fields import not_negative, times
from integrations.systems.row import Row


def file_upload(row: Row, links: Links) -> Iterator[AnyDraft]:
    """An upload; its content is shared with every upload of the same hash."""
    person, conversation = links.to(row, "user_id"), links.to(row, "conversation_id")
    digest, project_id = row.text("content_hash").strip().lower(), links.main
    size, mime_type = not_negative(row, "file_size"), row.text("mime_type")
    path = row.text("storage_path")

    def content() -> Draft:
        kept = {"content_hash": digest, "size_bytes": size, "mime_type": mime_type, "storage_path": path}
        return Draft(FileContent, kept, project_id, adopts={"content_hash": digest})

    shared = links.shared("file_content", digest, content) if digest else None
    if not digest:
        row.flag("no_content_hash")
    yield Draft(
        FileUpload,
        {
            "conversation_id": None if conversation is None else conversation.id,
            "person_id": None if person is None else person.id,
            "content_id": None if shared is None else shared.id,
            "name": row.text("original_name") or row.text("filename") or links.key(row),
            "stored_name": row.text("filename"),
            "mime_type": mime_type,
            "size_bytes": size,
            "storage_path": path,
            **times(row),
            "metadata": {**row.mapping("metadata"), **row.rest()},
        },
        project_id=project_id,
    )
