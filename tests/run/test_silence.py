"""A semicolon at the end keeps a cell's last value from being shown, and no other does."""

import ast

import pytest

from lrnotes.run.silence import is_silent, silence


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x;", True),
        ("x  ;  # hidden", True),
        ("x;\n\n# a remark; another\n", True),
        ("a = 1; b = 2;\r\n", True),
        ("a = 1\rx;", True),
        ("x \\\n;", True),
        ('print("é", "π");', True),
        ("x", False),
        ("a; b", False),
        ('";"', False),
        ("x  # ;", False),
        ("x\n# ;", False),
        ('"""\n;"""', False),
        ("# ;", False),
        ("", False),
        # These show no value in any case.
        ("for each in a: each;", False),
        ("with a:\n    b;\n", False),
    ],
)
def test_only_a_semicolon_after_the_last_statement_counts(source, expected):
    assert is_silent(ast.parse(source), source) is expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("ax.legend()", "ax.legend();"),
        (
            "x = 1\nax.set(\n    a=1,\n)  # done; really\n",
            "x = 1\nax.set(\n    a=1,\n);  # done; really\n",
        ),
        ('plot("é")\r\n# end', 'plot("é");\r\n# end'),
        ("ax.legend() ;", "ax.legend() ;"),
        ("x = 1", "x = 1"),
        ("for ax in axes:\n    ax.plot()", "for ax in axes:\n    ax.plot()"),
        ("# nothing", "# nothing"),
    ],
)
def test_a_last_value_is_silenced_where_the_statement_ends(source, expected):
    assert silence(source) == expected
    assert silence(expected) == expected
