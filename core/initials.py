"""What stands in an avatar."""


def initials(name: str) -> str:
    """First letters of the first and the last word: "Mara Keller" and "mara.keller@example.com" → "MK"."""
    words = name.partition("@")[0].replace(".", " ").split()
    return "".join(word[0] for word in (words[0], *words[1:][-1:])).upper() if words else ""
