"""Reading somebody else's database without changing it, and without knowing what it is about."""
