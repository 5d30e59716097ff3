"""Uploads in the browser: kept files, their steps, and the work in the background."""
