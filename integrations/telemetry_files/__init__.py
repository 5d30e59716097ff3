"""Telemetry that lies in files: bodies of OTLP requests, and spans that Phoenix exported."""
