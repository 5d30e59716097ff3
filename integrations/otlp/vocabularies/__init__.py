"""The words in which instrumentations tell of model calls: one module each, see `registry`."""
