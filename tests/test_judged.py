"""What people wrote down of mutants and margins fits the snippets as they are."""

import ast
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]


def read(name):
    return yaml.safe_load((ROOT / "benchmarks" / name).read_text("utf-8"))


@pytest.mark.parametrize("script", read("judged.yml"))
def test_every_judged_change_is_of_a_line_that_stands(script):
    tree = ast.parse((ROOT / script).read_text("utf-8"))
    source = " ".join(ast.unparse(tree).split())
    changes = [pair for each in read("judged.yml")[script] for pair in each["changes"]]

    gone = [before for before, _ in changes if " ".join(before.split()) not in source]
    assert gone == []


@pytest.mark.parametrize("script", read("handmade.yml"))
def test_every_mutant_made_by_hand_is_of_a_claim_and_a_text_that_stand(script):
    text = (ROOT / script).read_text("utf-8")

    for entry in read("handmade.yml")[script]:
        assert f"# %% {entry['claim']}\n" in text
        assert text.count(entry["before"]) == 1
        assert entry["before"] != entry["after"]


@pytest.mark.parametrize("script", read("near.yml"))
def test_every_comparison_that_may_be_near_is_of_a_claim_that_stands(script):
    text = (ROOT / script).read_text("utf-8")

    titles = [title for each in read("near.yml")[script] for title, _ in each["claims"]]
    assert [title for title in titles if f"# %% {title}\n" not in text] == []
