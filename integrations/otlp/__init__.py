"""OpenTelemetry: decoding OTLP/HTTP, and reading the vocabularies of those who speak it."""
