"""Who did what: `record` writes an entry, in the transaction of what it tells of."""
