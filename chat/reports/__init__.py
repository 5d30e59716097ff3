"""Figures of what is said and done in conversations."""
