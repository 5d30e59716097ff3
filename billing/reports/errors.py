"""What is wrong with a question."""


class QueryError(ValueError):
    """A query that cannot be answered: `messages` maps each faulty parameter to a sentence for its reader."""

    def __init__(self, messages: dict[str, str]) -> None:
        super().__init__(" ".join(messages.values()))
        self.messages = messages
