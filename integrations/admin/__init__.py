"""Registers sources, their imports, and what imports left out."""

from integrations.admin.import_run import ImportRunAdmin
from integrations.admin.imported_row import ImportedRowAdmin
from integrations.admin.rejected_record import RejectedRecordAdmin
from integrations.admin.source import SourceAdmin

__all__ = ["ImportRunAdmin", "ImportedRowAdmin", "RejectedRecordAdmin", "SourceAdmin"]
