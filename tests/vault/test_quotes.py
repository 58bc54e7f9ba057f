"""The first sentence of a page, by which its note is known in a list."""

import pytest

from lrnotes.vault.passages import read_passages
from lrnotes.vault.quotes import first_sentence


@pytest.mark.parametrize(
    ("page", "sentence"),
    [
        (
            '<h1 id="a">Adam</h1>\n<p>It <em>scales</em> each <a href="s">step</a>. '
            "It moves.</p>",
            "It scales each step.",
        ),
        ("<p>Over two\nlines &lt; 3. And more.</p>", "Over two lines &lt; 3."),
        ('<h1 id="a">Only a title</h1>', ""),
        ("", ""),
        (
            "<p>With <math><mi>x</mi></math> it falls. So.</p>",
            "With <math><mi>x</mi></math> it falls.",
        ),
        ('<div><p class="admonition-title">First</p><p>Then text.</p></div>', ""),
        ("<pre><code>x.</code></pre><p>Then “text.”</p>", "Then “text.”"),
        ("<ul><li>An item</li></ul>", ""),
    ],
)
def test_a_note_is_known_by_its_first_sentence(page, sentence):
    assert first_sentence(read_passages(page)) == sentence
