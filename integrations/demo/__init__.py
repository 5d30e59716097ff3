"""Demo data: a believable company's usage, made through the same door as everybody's, and removable."""
