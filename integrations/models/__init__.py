from integrations.models.import_run import ImportRun, RejectedRecord
from integrations.models.source import ImportedRow, Source

__all__ = ["ImportRun", "ImportedRow", "RejectedRecord", "Source"]
