"""Numbers with their nouns in English: one letter, two letters."""

from __future__ import annotations


def counted(number: int, one: str, more: str = "") -> str:
    """“1 letter”, “2 letters”, “0 letters”.

    Args:
        number: How many.
        one: The words for one, such as “letter waits”.
        more: Those for any other number, where they are not the same with an s.
    """
    return f"{number} {one if number == 1 else more or f'{one}s'}"
