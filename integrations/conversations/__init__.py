"""Exports of chat applications: one module a format, which turns a record into a ConversationDraft."""
