class BackupError(Exception):
    """A copy could not be made, checked or put back. The message is one sentence for the operator."""
