"""Requests to addresses that staff and sources can set: the only way out of the house."""
