from lrnotes.model import Cell, Place, Script
from lrnotes.text.claims import check_claims


def make_script(*cells: tuple[str, str]) -> Script:
    return Script(
        "snippets/a.py",
        tuple(
            Cell("code", title, source, Place("snippets/a.py", 10 * number))
            for number, (title, source) in enumerate(cells, 1)
        ),
        "snippet",
    )


def kinds(script: Script) -> list[str]:
    return [f"{each.kind} {each.place.line}" for each in check_claims(script)]


def test_a_claim_that_asserts_nothing_is_found():
    script = make_script(("claim: all is well", "print('fine')"))

    assert kinds(script) == ["claim-without-assert 10"]


def test_an_assert_in_a_loop_and_assert_close_are_asserts():
    loop = "for seed in range(3):\n    assert seed < 3"
    close = "torch.testing.assert_close(a, b)"
    script = make_script(("claim: one", loop), ("claim: two", close))

    assert kinds(script) == []


def test_a_name_that_outlives_its_claim_is_found_where_it_is_used():
    script = make_script(
        ("claim: small", "ratio = 0.1\nassert ratio < 1"),
        ("the figure", "x = 1\nprint(ratio)"),
    )

    assert kinds(script) == ["claim-binds-name 21"]


def test_a_name_that_is_bound_again_before_its_use_is_fine():
    script = make_script(
        ("claim: small", "ratio = 0.1\nassert ratio < 1"),
        ("the figure", "ratio = 2\nprint(ratio)"),
        ("the end", "print(ratio)"),
    )

    assert kinds(script) == []


def test_a_name_of_a_comprehension_or_function_stays_inside():
    code = "assert all(x > 0 for x in [1])\ndef check():\n    y = 1\n    assert y"
    script = make_script(("claim: small", code), ("the figure", "print(x, y)"))

    assert kinds(script) == []


def test_a_later_function_may_have_a_local_of_that_name():
    later = "def run(rate):\n    ratio = rate\n    return ratio\nrun(1)"
    script = make_script(
        ("claim: small", "ratio = 0.1\nassert ratio < 1"), ("run", later)
    )

    assert kinds(script) == []


def test_a_later_function_that_reads_the_claims_name_is_found():
    later = "def run():\n    return ratio\nrun()"
    script = make_script(
        ("claim: small", "ratio = 0.1\nassert ratio < 1"), ("run", later)
    )

    assert kinds(script) == ["claim-binds-name 21"]
