"""Text from outside, harmless to show."""

import os

import pytest

from unmask.defenses.files.printable import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Zoë und 猫.jpg", "Zoë und 猫.jpg"),
        ("a\nunmask: 9 photos: 9 defended", r"a\nunmask: 9 photos: 9 defended"),
        ("\x1b]0;title\x07\x9b2J\x7f", r"\x1b]0;title\x07\x9b2J\x7f"),
        ("gpj.\u202eexe\u2028", r"gpj.\u202eexe\u2028"),
        (os.fsdecode(b"\xff.png"), r"\xff.png"),
    ],
)
def test_no_character_moves_the_cursor(text: str, shown: str) -> None:
    assert printable(text) == shown
    assert printable(text).isprintable()
