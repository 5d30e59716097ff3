"""Copies of the database: made while it is in use, checked before they count, put back whole."""
