"""Whether a database is sound, and mending it without losing a row."""
