"""Importing exports of chat applications: from paths to conversations and a result."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path

from django.db import DatabaseError, transaction

from core.database import in_transaction
from integrations.conversations.drafts import ConversationDraft, ConversationFormat, MessageDraft
from integrations.conversations.formats import CONVERSATION_FORMATS
from integrations.models import ImportRun
from integrations.services.attribution import project_named, projects_named
from integrations.services.booking import Refused, keep_refused
from integrations.services.conversation_results import ConversationCounts, ConversationImportResult
from integrations.services.conversation_writing import Written, write
from integrations.services.results import SHOWN_REJECTIONS, RejectedEntry
from integrations.services.runs import add_counts, finish_run, source_named, start_run
from integrations.services.systems.cleaning import storable
from integrations.services.usage_import import OnProgress
from integrations.sources.archives import Document, find_documents
from integrations.sources.files import NothingToReadError
from integrations.sources.json_records import Record
from integrations.sources.json_stream import objects_of
from integrations.sources.parsed import Rejection
from integrations.sources.redaction import record_text
from integrations.sources.tallies import MetKeys
from integrations.sources.values import BadValueError


def import_conversations(
    *,
    source_kind: str,
    paths: Sequence[Path],
    project_name: str | None = None,
    source_name: str | None = None,
    dry_run: bool = False,
    progress: OnProgress | None = None,
) -> ConversationImportResult:
    """Import the exports at `paths`: folders, files, and archives, which are read without being unpacked.

    Idempotent: a second import of the same export changes nothing. Each conversation is one transaction,
    together with the run's counts, so that an import that was killed goes on when it is run again. A dry run
    takes every conversation back and leaves no trace.

    Raises NothingToReadError when there is nothing to read or an archive is refused, SourceKindError when
    another kind of source has the name.
    """
    if not paths:
        raise NothingToReadError(f"{source_kind}: give an export's folder, archive or file.")
    export = CONVERSATION_FORMATS[source_kind]
    documents = find_documents(paths, export.names)
    work = _Import(export, source_name or source_kind, project_name, dry_run)
    work.begin(documents)
    try:
        with MetKeys() as met:
            work.read(documents, met, progress)
    except BaseException as error:
        was_stopped = isinstance(error, (KeyboardInterrupt, SystemExit))
        work.finish(
            ImportRun.Status.INTERRUPTED if was_stopped else ImportRun.Status.FAILED,
            # Errors may quote what people said.
            error=type(error).__name__,
        )
        raise
    work.finish(ImportRun.Status.COMPLETED)
    return work.result


class _Import:
    """One run over all documents."""

    def __init__(
        self, export: ConversationFormat, source_name: str, project_name: str | None, is_dry_run: bool
    ) -> None:
        self.result = ConversationImportResult(is_dry_run)
        self._format = export
        self._source_name = source_name
        self._project_name = project_name
        self._run: ImportRun | None = None

    def begin(self, documents: Sequence[Document]) -> None:
        if self.result.is_dry_run:
            return
        label = documents[0].name
        if len(documents) > 1:
            label = f"{len(documents):,} files, first {label}"

        def work() -> ImportRun:
            project = None if self._project_name is None else project_named(self._project_name)
            source = source_named(self._source_name, self._format.kind)
            return start_run(source, label=label, project=project)

        self._run = in_transaction(work)
        self.result.run_id = self._run.pk

    def finish(self, status: ImportRun.Status, *, error: str = "") -> None:
        if self._run is None:
            return
        # When the import failed, the database may be why: the first error is the one to tell of.
        with suppress(DatabaseError) if error else nullcontext():
            finish_run(self._run, status, error=error)

    def read(self, documents: Sequence[Document], met: MetKeys, progress: OnProgress | None) -> None:
        count = _byte_counter(documents, progress)
        replaced: Counter[str] = Counter()
        for document in documents:
            for record in objects_of(document, count):
                if isinstance(record, Rejection):
                    self._refuse(record)
                    continue
                try:
                    draft = self._format.parse(storable(record.value, replaced))
                except BadValueError as error:
                    self._refuse(Rejection(record.where, str(error), record_text(record.value)))
                    continue
                self._take(record, draft, met)
        if total := replaced.total():
            self.result.notices.append(
                f"Characters that no database stores were replaced in {total:,} texts."
            )

    def _refuse(self, rejection: Rejection) -> None:
        def work() -> None:
            if self._run is None:
                return
            name = self._project_name or ""
            project_id = projects_named([name], source_named(self._source_name, self._format.kind))[name]
            keep_refused([Refused(rejection, project_id)], self._run)
            add_counts(self._run, ConversationCounts(rejected=1))

        in_transaction(work)
        self.result.counts.rejected += 1
        self._show(rejection)

    def _show(self, rejection: Rejection) -> None:
        if len(self.result.rejections) < SHOWN_REJECTIONS:
            self.result.rejections.append(RejectedEntry(rejection.where, rejection.reason))

    def _take(self, record: Record, draft: ConversationDraft, met: MetKeys) -> None:
        key = draft.key.encode()
        was_met = bool(met.among({key}))
        result = self.result
        if was_met and result.is_dry_run:
            # What this run wrote of it was taken back.
            result.counts.duplicates += 1
            return
        written, counts, refused = in_transaction(lambda: self._write(record, draft, was_met))
        met.add({key})
        result.counts.add(counts)
        result.calls.update(written.calls)
        for rejection in refused:
            self._show(rejection)
        if written.stayed:
            result.stayed[written.stayed] += 1
        if not was_met or written.result == "updated":
            result.messages.update(written.messages)
        if not was_met:
            result.left_out.update(draft.left_out)
            result.messages["left_out"] += draft.left_out.total()

    def _write(
        self, record: Record, draft: ConversationDraft, was_met: bool
    ) -> tuple[Written, ConversationCounts, list[Rejection]]:
        source = source_named(self._source_name, self._format.kind)
        written = write(draft, source=source, project_name=self._project_name, was_met=was_met)
        counts = ConversationCounts(**{"duplicates" if was_met else written.result: 1})
        refused = [
            Rejection(
                f"{record.where}, message {message.key}", reason, json.dumps(message.call_raw, default=str)
            )
            for message, reason in written.refused_calls
        ]
        if self._run is None:
            transaction.set_rollback(True)
        else:
            keep_refused([Refused(each, written.project_id) for each in refused], self._run)
            add_counts(self._run, counts)
        return written, counts, refused


def _raw(message: MessageDraft) -> str:
    said = message.call_raw if message.call is None else message.call.raw_usage
    return json.dumps(said, default=str)


def _byte_counter(documents: Sequence[Document], progress: OnProgress | None) -> Callable[[int], None]:
    total = sum(document.size for document in documents)
    done = 0

    def count(size: int) -> None:
        nonlocal done
        done += size
        if progress is not None:
            progress(done, total)

    return count
