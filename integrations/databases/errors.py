"""What goes wrong with a source database, said to the operator."""


class SourceDatabaseError(Exception):
    """One plain sentence for the operator, without a password, an address that has one, or a row's value."""
