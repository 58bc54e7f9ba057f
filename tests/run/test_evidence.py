"""Rewritten asserts: Python's semantics, and the record of what they saw."""

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lrnotes.model import Evidence
from lrnotes.run.evidence import install, rewrite_asserts
from lrnotes.run.witness import Witness


def execute(source, *, is_claim=True, **names):
    """Run rewritten code; return the witness and what was raised."""
    witness = Witness()
    install(witness)
    tree = rewrite_asserts(ast.parse(source), source, 0, is_claim, witness)
    try:
        exec(compile(tree, "<cell 0>", "exec"), names)
    except Exception as error:
        return witness, error
    return witness, None


def evidence(source, **names):
    return execute(source, **names)[0].evidence_of(0)


# --- the same as Python --------------------------------------------------------

OPERATORS = ("==", "!=", "<", "<=", ">", ">=", "is", "is not", "in", "not in")


class Truth:
    """A value whose truth is asked for; each question is put down."""

    def __init__(self, log, truth):
        self.log, self.truth = log, truth

    def __bool__(self):
        self.log.append("truth")
        if self.truth is None:
            raise ValueError("neither true nor false")
        return self.truth


class Thing:
    """A value whose comparisons are put down, and may be refused."""

    def __init__(self, log, name, truth):
        self.log, self.name, self.truth = log, name, truth

    def _compare(self, sign, other):
        self.log.append((self.name, sign, getattr(other, "name", other)))
        return Truth(self.log, self.truth)

    def __lt__(self, other):
        return self._compare("<", other)

    def __le__(self, other):
        return self._compare("<=", other)

    def __gt__(self, other):
        return self._compare(">", other)

    def __ge__(self, other):
        return self._compare(">=", other)

    def __eq__(self, other):
        return self._compare("==", other)

    def __ne__(self, other):
        return self._compare("!=", other)

    def __contains__(self, other):
        return self._compare("in", other)

    __hash__ = None


operand = st.one_of(
    st.integers(0, 3).map(lambda number: f"note({number})"),
    st.sampled_from(["things[0]", "things[1]", "things[2]"]).map(
        lambda thing: f"note({thing})"
    ),
    st.sampled_from(["fail()", "[note(1), 2]", "(kept := note(2))", "-note(1)"]),
)


@st.composite
def asserted(draw):
    """Draw the test of an assert."""
    parts = [draw(operand)]
    for _ in range(draw(st.integers(0, 3))):
        parts += [draw(st.sampled_from(OPERATORS)), draw(operand)]
    text = " ".join(parts)
    form = draw(st.sampled_from(["{}", "not {}", "({}) and note(1)", "len([{}])"]))
    return form.format(text) if ":=" not in text else f"({text})"


CONTEXTS = (
    "assert {}, note('message')",
    "def check():\n    assert {}, note('message')\ncheck()",
    "for turn in range(2):\n    assert {}",
    "class Body:\n    assert {}, note('message')",
    "def walk():\n    assert {}\n    yield 1\nlist(walk())",
    "async def wait():\n    assert {}\ntry:\n    wait().send(None)\nexcept StopIteration:\n    pass",
)


def plainly(source, truths):
    return _run(compile(source, "<plain>", "exec", optimize=0), truths)


def witnessed(source, truths):
    witness = Witness()
    install(witness)
    tree = rewrite_asserts(ast.parse(source), source, 0, True, witness)
    return _run(compile(tree, "<cell 0>", "exec", optimize=0), truths)


def _run(code, truths):
    """Return what was put down, what was raised, and the names that are left."""
    log = []

    def note(value):
        log.append(getattr(value, "name", value))
        return value

    def fail():
        log.append("fail")
        raise LookupError("an operand failed")

    things = [Thing(log, f"thing {index}", truth) for index, truth in enumerate(truths)]
    names = {"note": note, "fail": fail, "things": things}
    raised = None
    try:
        exec(code, names)
    except Exception as error:
        raised = type(error), [getattr(each, "name", each) for each in error.args]
    return log, raised, sorted(names)


@settings(deadline=None)
@given(
    asserted(),
    st.sampled_from(CONTEXTS),
    st.lists(st.sampled_from([True, False, None]), min_size=3, max_size=3),
)
def test_rewritten_asserts_do_what_python_does(test, context, truths):
    source = context.format(test)

    assert witnessed(source, truths) == plainly(source, truths)


@pytest.mark.parametrize(
    "source",
    [
        "assert len(locals()) == 3 + 0 * note(1)",
        "assert '@lrnotes' not in globals()",
        "assert sorted(vars()) < ['a'] < ['b'] != note(1)",
        "def f(n):\n    assert 0 <= n < 10, n\n    return n and f(n - 1)\nf(5)",
        "def f(n):\n    assert 0 <= n < (f(n - 1) + 9 if n else 1)\n    return n\nf(5)",
        "assert note(3) < note(2) < fail(), note('m')",
        "assert note(1) < note(2) < fail(), note('m')",
        "allclose = lambda *a, **k: note(a) and k\nassert allclose(1, 2, x=note(3))",
        "assert_close = lambda *a, **k: fail()\nassert_close(note(1), *[note(2)], b=4)",
    ],
)
def test_rewriting_leaves_no_trace(source):
    truths = [True, True, True]

    assert witnessed(source, truths) == plainly(source, truths)


# --- what is seen --------------------------------------------------------------


def test_a_comparison_shows_both_sides_and_the_margin():
    assert evidence("ratio = 0.0025\nassert ratio < 0.1, 'more'") == (
        Evidence("ratio < 0.1", 2, True, "0.0025", "<", "0.1", "0.0975"),
    )


def test_a_chain_shows_the_distance_to_the_nearer_bound():
    assert evidence("x = 0.97\nassert 0.95 <= x < 1.05") == (
        Evidence("0.95 <= x < 1.05", 2, True, "0.95 <= 0.97", "<", "1.05", "0.02"),
    )


def test_a_chain_that_stops_early_shows_what_was_compared():
    assert evidence("x = 2\nassert 5 < x < 9") == (
        Evidence("5 < x < 9", 2, False, "5", "<", "2", "-3"),
    )


def test_an_assert_over_several_lines_is_written_on_one():
    source = "x = [1]\nassert min(\n    x,\n    key=abs,\n) < 5_000, (\n    'm'\n)"

    assert evidence(source) == (
        Evidence("min(x, key=abs) < 5000", 2, True, "1", "<", "5000", "4999"),
    )


def test_equality_has_no_margin():
    assert evidence("assert [1, 'a'] == [1, 'a']") == (
        Evidence("[1, 'a'] == [1, 'a']", 1, True, "[1, 'a']", "==", "[1, 'a']"),
    )


def test_values_that_look_alike_are_written_out():
    (found,) = evidence("assert 0.1 + 0.2 != 0.3")

    assert (found.left, found.right) == ("0.30000000000000004", "0.3")


def test_any_other_assert_shows_the_values_of_its_names():
    source = "import math\nlosses = [3.0, 2.0]\nn = 1\nassert math.isfinite(losses[n])"

    assert evidence(source) == (
        Evidence(
            "math.isfinite(losses[n])",
            4,
            True,
            values=(("losses", "[3.0, 2.0]"), ("n", "1")),
        ),
    )


def test_an_assert_in_a_loop_shows_the_evaluation_nearest_to_failing():
    source = "for x in (0.5, 0.9, 0.1):\n    assert x < 1"

    assert evidence(source) == (
        Evidence("x < 1", 2, True, "0.9", "<", "1", "0.1", times=3),
    )


def test_a_failure_is_nearer_than_any_success():
    source = (
        "def check(x):\n    assert x < 1\n"
        "for x in (0.5, 2, 0.9):\n    try:\n        check(x)\n"
        "    except AssertionError:\n        pass"
    )

    assert evidence(source) == (
        Evidence("x < 1", 2, False, "2", "<", "1", "-1", times=3),
    )


@pytest.mark.parametrize(
    ("call", "margin"),
    [
        ("math.isclose(1.0, 1.0 + 1e-12)", "1e-12 of 1e-09"),
        ("math.isclose(a=2.0, b=2.5, abs_tol=1.0)", "0.5 of 1"),
    ],
)
def test_closeness_shows_the_difference_and_what_is_allowed(call, margin):
    (found,) = evidence(f"import math\nassert {call}")

    assert (found.operator, found.margin) == ("close", margin)


def test_tensors_show_shape_difference_and_tolerance():
    torch = pytest.importorskip("torch")
    source = (
        "torch.testing.assert_close(a, b)\n"
        "assert torch.allclose(a, b, atol=1e-3)\n"
        "assert (a - b).abs().max() < 1e-3\n"
        "torch.testing.assert_close(2 * a, b, rtol=0, atol=3.0)"
    )
    a = torch.tensor([1.0, 2.0, 3.0])
    b = a + torch.tensor([0.0, 0.0, 2**-20])
    first, second, third, fourth = evidence(source, torch=torch, a=a, b=b)

    assert (first.left, first.operator) == (
        "Tensor (3,) float32 cpu [1.0, 2.0, 3.0]",
        "close",
    )
    assert first.margin == "9.54e-07 of 1.39e-05"
    assert second.margin == "9.54e-07 of 0.00103"
    assert (third.left, third.right, third.margin) == (
        "9.53674e-07",
        "0.001",
        "0.000999",
    )
    assert fourth.margin == "3 of 3"


def test_arrays_that_are_not_close_say_by_how_much():
    numpy = pytest.importorskip("numpy")
    source = "numpy.testing.assert_allclose([1.0, a], {'b': b}['b'], rtol=0.1)"
    witness, error = execute(source, numpy=numpy, a=2.0, b=numpy.array([1.0, 4.0]))
    (found,) = witness.evidence_of(0)

    assert isinstance(error, AssertionError)
    assert (found.passed, found.margin) == (False, "2 of 0.4")
    assert witness.values_at(0, 1) == (
        ("a", "2.0"),
        ("b", "array (2,) float64 [1.0, 4.0]"),
    )


def test_values_of_a_failed_assert_are_kept_in_any_cell():
    witness, error = execute(
        "ratio, bound = 0.31, [0.1]\n\nassert (\n    ratio\n    < bound[0]\n)",
        is_claim=False,
    )

    assert isinstance(error, AssertionError)
    assert witness.values_at(0, 4) == (
        ("bound[0]", "0.1"),
        ("ratio", "0.31"),
        ("bound", "[0.1]"),
    )
    assert witness.values_at(0, 2) == ()
    assert witness.evidence_of(0) == ()


def test_an_assert_that_was_not_reached_is_no_evidence():
    assert [each.source for each in evidence("assert 1 < 0\nassert 1 < 2")] == ["1 < 0"]


# --- in a script ---------------------------------------------------------------


def test_every_broken_claim_of_a_script_is_reported(run):
    result = run(
        "ratio = 0.31",
        ("claim: a tenth", "assert ratio < 0.1"),
        ("claim: a half", "assert ratio < 0.5"),
        ("claim: a quarter", "assert ratio < 0.25, 'too much'"),
        "print('to the end')",
    )
    tenth, half, quarter, last = result.outcomes[1:]

    assert [each.status for each in (tenth, half, quarter, last)] == [
        "failed",
        "passed",
        "failed",
        "passed",
    ]
    assert tenth.failure.values == (("ratio", "0.31"),)
    assert tenth.evidence == (
        Evidence("ratio < 0.1", 1, False, "0.31", "<", "0.1", "-0.21"),
    )
    assert half.evidence[0].margin == "0.19"
    assert quarter.failure.message == "too much"


def test_another_exception_in_a_claim_stops_the_script(run):
    result = run(("claim: wrong", "assert unknown < 1"), "2")

    assert [each.status for each in result.outcomes] == ["failed", "not reached"]


def test_a_failed_assert_elsewhere_stops_the_script_and_tells_its_values(run):
    result = run("def check(x):\n    assert x > 0", "y = 1\ncheck(-3)", "3")
    failure = result.outcomes[1].failure

    assert failure.line == 2
    assert failure.values == (("x", "-3"),)
    assert result.outcomes[2].status == "not reached"
    assert [frame.path for frame in failure.frames] == ["<cell 1>", "<cell 0>"]


def test_an_assertion_raised_by_hand_has_no_values(run):
    result = run(
        "try:\n    assert 1 > 2\nexcept AssertionError:\n    pass\n"
        "raise AssertionError('by hand')"
    )
    (outcome,) = result.outcomes

    assert outcome.failure.values == ()
    assert outcome.failure.message == "by hand"
