from lrnotes.markdown.bibliography import read_bibliography
from lrnotes.markdown.context import Work

PATH = "docs/references.bib"


def test_an_entry_becomes_a_work():
    works, problems = read_bibliography(
        r"""
@inproceedings{cohen2021,
  author = {Cohen, Jeremy M. and Kaur, Simran and {The PyTorch Team}},
  title = {Gradient Descent at the {Edge of Stability}},
  booktitle = "ICLR",
  year = 2021,
  url = {https://arxiv.org/abs/2103.00065},
}
""",
        PATH,
    )

    assert problems == ()
    assert works == {
        "cohen2021": Work(
            "cohen2021",
            (("Cohen", "Jeremy M."), ("Kaur", "Simran"), ("The PyTorch Team", "")),
            "Gradient Descent at the Edge of Stability",
            "2021",
            "ICLR",
            "",
            "https://arxiv.org/abs/2103.00065",
        )
    }


def test_latex_accents_dashes_and_particles_are_read():
    works, _ = read_bibliography(
        r"""@article{m, author={J{\"u}rgen M\"uller and van der Waals, J.},
        title={Lectures {\&} more}, journal={J.~Math.}, volume={1}, number={2},
        pages={3--4}, doi={10.1/x}, date={2018-05-01}}""",
        PATH,
    )

    assert works["m"] == Work(
        "m",
        (("Müller", "Jürgen"), ("van der Waals", "J.")),
        "Lectures & more",
        "2018",
        "J. Math.",
        "1(2), 3–4",
        "https://doi.org/10.1/x",
    )


def test_an_entry_that_cannot_be_read_is_reported_and_the_others_are_kept():
    works, problems = read_bibliography(
        "@misc{a, author={x, title={y}}\n@misc{b, author={Z}, eprint={1.2}}\n", PATH
    )

    assert list(works) == ["b"]
    assert works["b"].url == "https://arxiv.org/abs/1.2"
    assert [(each.kind, each.place.path, each.place.line) for each in problems] == [
        ("bibliography", PATH, 1)
    ]


def test_a_key_given_twice_is_reported():
    works, problems = read_bibliography("@misc{a, year=1}\n@misc{a, year=2}\n", PATH)

    assert works["a"].year == "1"
    assert [each.place.line for each in problems] == [2]
