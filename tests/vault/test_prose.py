"""The first sentence of a note, by which it is known in a list."""

import pytest

from lrnotes.vault.prose import read_opening


@pytest.mark.parametrize(
    ("text", "opening"),
    [
        (
            "# Adam\n\nIt *scales* each [[step|step]]. It moves.\n",
            "It scales each step.",
        ),
        ("Over two\nlines. And more.", "Over two lines."),
        ("# Only a title\n", ""),
        ("", ""),
        ("It is `{a.py} x:.3g` long. It moves.", ""),
        ("With $x^2$ it falls.", ""),
        ("> [!note] First\n> A callout.\n\nThen text.", ""),
        ("```python\ncode\n```\n\nThen text.", ""),
        ("- An item.\n", ""),
        ("\n\n# A\n## B\n\n*This* is so. And.\n\nMore.", "This is so."),
        ("[[x]] is it. And.", "x is it."),
    ],
)
def test_a_note_is_known_by_its_first_sentence(text, opening):
    assert read_opening(text) == opening
