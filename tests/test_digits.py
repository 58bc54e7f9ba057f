"""The data that many snippets share."""

import sys
from pathlib import Path

import pytest

SNIPPETS = Path(__file__).parents[1] / "snippets"


def test_the_digits_are_those_of_scikit_learn(monkeypatch):
    datasets = pytest.importorskip("sklearn.datasets")
    pytest.importorskip("torch")
    monkeypatch.syspath_prepend(str(SNIPPETS))
    import digits

    pixels, shown = digits.read_digits()
    expected = datasets.load_digits()

    assert pixels.tolist() == expected.data.tolist()
    assert shown.tolist() == expected.target.tolist()
    sys.modules.pop("digits")
