"""Cells in real processes, without torch."""

import sys
from pathlib import Path

import pytest

from lrnotes.model import Name, Output, Scalar
from lrnotes.run.job import PRINTED
from lrnotes.settings import Settings


def shown(outcome):
    """Return what an outcome shows, as pairs of name or kind and plain text."""
    return [
        (each.name or each.kind, each.data.get("text/plain"))
        for each in outcome.outputs
    ]


def only(result):
    (outcome,) = result.outcomes
    return outcome


# --- what is captured ----------------------------------------------------------


def test_cells_share_one_namespace_that_is_main(run):
    first, second = run("x = 3", "print(x, __name__)").outcomes

    assert (first.status, shown(first)) == ("passed", [])
    assert shown(second) == [("stdout", "3 __main__\n")]


def test_what_c_code_and_child_processes_print_is_captured_in_order(run):
    source = (
        "import ctypes, os, subprocess, sys\n"
        "print('python')\n"
        "ctypes.CDLL(None).puts(b'c'); ctypes.CDLL(None).fflush(None)\n"
        "os.system('echo shell')\n"
        "subprocess.run([sys.executable, '-c', 'print(\"child\")']);\n"
        "print('oops', file=sys.stderr)"
    )

    assert shown(only(run(source))) == [
        ("stdout", "python\nc\nshell\nchild\n"),
        ("stderr", "oops\n"),
    ]


def test_what_c_code_holds_back_belongs_to_the_cell_that_printed_it(run):
    source = "import ctypes\nctypes.CDLL(None).printf(b'c')\nNone"
    first, second = run(source, "1").outcomes

    assert shown(first) == [("stdout", "c")]
    assert shown(second) == [("execute_result", "1")]


def test_bytes_that_are_no_text_are_decoded_with_replacement(run):
    outcome = only(run("import os\nos.write(1, b'a\\xff\\x00b');"))

    assert shown(outcome) == [("stdout", "a\ufffd\x00b")]


def test_a_cell_that_prints_fifty_megabytes_is_cut_with_a_notice(run):
    result = run("for _ in range(500): print('x' * 99_999)\n'after'", "print('next')")
    text = result.outcomes[0].outputs[0].data["text/plain"]

    notice = f"{50_000_000 - PRINTED:,} more bytes were printed and are not kept"
    assert text.endswith(f"\n… {notice}\n")
    assert len(text) < PRINTED + 200
    assert result.problems == (f"cell 1: {notice}",)
    assert shown(result.outcomes[1]) == [("stdout", "next\n")]


def test_a_closed_or_redirected_stream_does_not_mix_up_the_cells(run):
    result = run(
        "import os, sys\nprint('one')\nsys.stdout.close()\nos.close(1)",
        "os.write(2, b'two\\n');",
    )

    assert [shown(each) for each in result.outcomes] == [
        [("stdout", "one\n")],
        [("stderr", "two\n")],
    ]


def test_standard_input_is_at_its_end(run):
    assert only(run("input()")).failure.name == "EOFError"


def test_the_working_directory_is_the_root_and_snippets_can_be_imported(bench):
    (bench.root / "snippets/helper.py").write_text("def double(x):\n    return 2 * x\n")

    outcome = only(bench.run("import os, helper\nos.listdir(), helper.double(4)"))

    assert shown(outcome)[0][1].endswith(", 8)")
    assert "'snippets'" in shown(outcome)[0][1]


def test_a_snippet_knows_its_file_and_a_note_has_none(bench):
    snippet = bench.run("__file__", path="snippets/s.py", kind="snippet")

    assert shown(only(snippet)) == [
        ("execute_result", repr(str(bench.root / "snippets/s.py")))
    ]
    assert only(bench.run("__file__")).failure.name == "NameError"


def test_warnings_show_no_lines(run):
    source = "import warnings\nwarnings.warn('careful', RuntimeWarning)"

    assert shown(only(run(source))) == [("stderr", "RuntimeWarning: careful\n")]


# --- the last value ------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("1 + 1", "2"),
        ("None", None),
        ("x = 1", None),
        ("1;", None),
        ("'text'; # and a remark", None),
        ("print", "<built-in function print>"),
        ("object()", "<object object at 0x…>"),
        ("def f():\n    pass\nf", "<function f at 0x…>"),
    ],
)
def test_the_value_of_the_last_expression_is_shown(run, source, text):
    expected = [] if text is None else [("execute_result", text)]

    assert shown(only(run(source))) == expected


def test_a_docstring_at_the_start_of_a_script_is_not_a_value(run):
    first, second = run('"""What this script asks."""', "__doc__").outcomes

    assert shown(first) == []
    assert shown(second) == [("execute_result", "'What this script asks.'")]


def test_rich_representations_are_kept_beside_the_plain_one(run):
    source = (
        "class Rich:\n"
        "    def _repr_html_(self): return '<b>bold</b>'\n"
        "    def _repr_latex_(self): return '$x$', {'of': 'no use'}\n"
        "    def _repr_png_(self): return b'picture'\n"
        "    def _repr_svg_(self): return None\n"
        "    def __repr__(self): return 'plain'\n"
        "Rich()"
    )
    (output,) = only(run(source)).outputs

    assert output == Output(
        "execute_result",
        data={
            "text/html": "<b>bold</b>",
            "text/latex": "$x$",
            "image/png": "cGljdHVyZQ==",
            "text/plain": "plain",
        },
    )


def test_an_exception_in_a_representation_is_a_failure(run):
    first, second = run(
        "class Bad:\n    def __repr__(self):\n        return 1 / 0", "x = 1\nBad()"
    ).outcomes

    assert first.status == "passed"
    assert (second.failure.name, second.failure.line) == ("ZeroDivisionError", 2)
    assert [frame.path for frame in second.failure.frames] == ["<cell 0>"]


# --- failures ------------------------------------------------------------------


def test_a_failed_cell_stops_the_cells_after_it(run):
    result = run(("first", "print('before')\n1 / 0"), "2", "3")
    failed, *others = result.outcomes

    assert failed.status == "failed"
    assert shown(failed) == [("stdout", "before\n")]
    assert (failed.failure.kind, failed.failure.line) == ("exception", 2)
    assert [(each.status, each.reason) for each in others] == [
        ("not reached", "first failed"),
        ("not reached", "first failed"),
    ]
    assert not result.passed


def test_a_failure_shows_the_lines_of_the_script_and_of_the_project(bench):
    (bench.root / "snippets/deep.py").write_text(
        "import json\n\n\ndef read(text):\n    return json.loads(text)\n"
    )
    failure = (
        bench.run(
            "import deep\ndef call(text):\n    return deep.read(text)",
            "x = 1\ncall('{')",
        )
        .outcomes[1]
        .failure
    )

    assert failure.line == 2
    assert [(frame.path, frame.line) for frame in failure.frames[:3]] == [
        ("<cell 1>", 2),
        ("<cell 0>", 3),
        ("snippets/deep.py", 5),
    ]
    assert [frame.path for frame in failure.frames[3:]] == ["__init__.py", "decoder.py"]
    assert failure.frames[2].text == "return json.loads(text)"
    assert failure.message.startswith("Expecting property name")


def test_an_endless_recursion_shows_its_ends(run):
    failure = only(run("def f(n):\n    return f(n + 1)\nf(0)")).failure

    assert failure.name == "RecursionError"
    assert len(failure.frames) == 24
    assert failure.line == 2


def test_a_syntax_error_fails_its_own_cell_at_its_line(run):
    first, second, third = run("x = 1", "y = 2\nz = = 3", "x").outcomes

    assert first.status == "passed"
    assert (second.failure.name, second.failure.line) == ("SyntaxError", 2)
    assert third.status == "not reached"


def test_notes_and_causes_of_an_exception_are_told(run):
    source = (
        "error = ValueError('what')\n"
        "error.add_note('a note')\n"
        "raise error from KeyError('why')"
    )

    message = only(run(source)).failure.message

    assert message == "what\na note\ncaused by KeyError: 'why'"


@pytest.mark.parametrize(
    ("source", "kind", "name"),
    [
        ("import os\nprint('last')\nos._exit(3)", "exit", "os._exit"),
        ("import os\nprint('last')\nos._exit(0)", "exit", "os._exit"),
        ("print('last')\nraise SystemExit", "exit", "SystemExit"),
        ("print('last')\nexit = __import__('sys').exit(0)", "exit", "SystemExit"),
        ("print('last')\nraise KeyboardInterrupt", "exception", "KeyboardInterrupt"),
        (
            "import ctypes\nprint('last', flush=True)\nctypes.string_at(0)",
            "signal",
            "SIGSEGV",
        ),
        (
            "import os, signal\nprint('last')\nos.kill(os.getpid(), signal.SIGKILL)",
            "signal",
            "SIGKILL",
        ),
        ("print('last')\nraise MemoryError", "memory", "MemoryError"),
    ],
)
def test_whatever_ends_a_script_is_an_outcome(run, source, kind, name):
    first, second, third = run("1", source, "3").outcomes

    assert first.status == "passed"
    assert shown(second) == [("stdout", "last\n")]
    assert (second.status, second.failure.kind) == ("failed", kind)
    assert second.failure.name == name
    assert (third.status, third.reason) == ("not reached", "cell 2 failed")


def test_a_crash_in_c_code_is_told_at_its_line(bench):
    (bench.root / "snippets/crash.py").write_text(
        "import ctypes\n\n\ndef crash():\n    ctypes.string_at(0)\n"
    )
    result = bench.run("import crash\ndef call():\n    crash.crash()", "1\ncall()")
    failure = result.outcomes[1].failure

    assert (failure.name, failure.line) == ("SIGSEGV", 2)
    assert [(each.path, each.line, each.text) for each in failure.frames] == [
        ("<cell 1>", 2, "call()"),
        ("<cell 0>", 3, "crash.crash()"),
        ("snippets/crash.py", 5, ""),
    ]


def test_a_script_that_takes_too_long_is_stopped_at_its_line(run):
    failure = only(run("x = 1\nwhile True:\n    x += 1", timeout=1)).failure

    assert (failure.kind, failure.message) == (
        "timeout",
        "the script was stopped after 1 s",
    )
    assert failure.line in (2, 3)


def test_a_script_that_hears_no_signal_is_stopped_all_the_same(run):
    source = (
        "import signal, time\nprint('deaf')\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])\ntime.sleep(60)"
    )
    outcome = only(run(source, timeout=1))

    assert shown(outcome) == [("stdout", "deaf\n")]
    assert outcome.failure.kind == "timeout"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux has the limit")
def test_memory_that_a_script_adds_is_limited(make_bench):
    bench = make_bench(Settings(device="cpu", memory="200MB"))
    enough, too_much = bench.run(
        "a = bytes(100_000_000)", "b = bytes(400_000_000)"
    ).outcomes

    assert enough.status == "passed"
    assert (too_much.failure.kind, too_much.failure.line) == ("memory", 1)


def test_a_thread_left_behind_does_not_hold_the_script(run):
    source = (
        "import threading, time\n"
        "threading.Thread(target=time.sleep, args=(60,)).start()\n"
        "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n'done'"
    )

    assert shown(only(run(source))) == [("execute_result", "'done'")]


def test_temporary_files_and_exit_functions_are_seen_to(bench):
    outcome = only(
        bench.run(
            "import atexit, pathlib, tempfile\n"
            "atexit.register(pathlib.Path('at_exit').touch)\n"
            "folder = tempfile.TemporaryDirectory()\nprint(folder.name, end='')"
        )
    )

    assert (bench.root / "at_exit").exists()
    assert not Path(outcome.outputs[0].data["text/plain"]).exists()


def test_a_fork_of_the_script_does_not_answer_for_it(run):
    first, second = run(
        "import os\nchild = os.fork()\nprint('x')\nif child: os.wait()", "2"
    ).outcomes

    assert first.outputs[0].data["text/plain"] == "x\nx\n"
    assert shown(second) == [("execute_result", "2")]


# --- options -------------------------------------------------------------------


@pytest.mark.parametrize("wanted", ["ValueError", "Exception", "json.JSONDecodeError"])
def test_a_cell_may_have_to_raise(run, wanted):
    first, second = run("import json\njson.loads('{')", "2", raises=wanted).outcomes

    if wanted == "json.JSONDecodeError":
        # The class's own module is what counts.
        assert first.status == "failed"
        return
    assert first.status == "passed"
    assert first.failure is None
    assert shown(first)[0][1].startswith("JSONDecodeError: Expecting property name")
    assert second.status == "passed"


def test_a_cell_that_does_not_raise_as_it_must_fails(run):
    first, second = run("1", "2", raises="ValueError").outcomes

    assert (first.failure.kind, first.failure.name) == ("not raised", "ValueError")
    assert second.status == "not reached"


def test_a_cell_that_raises_something_else_fails(run):
    failure = only(run("1 / 0", raises="ValueError")).failure

    assert (failure.kind, failure.name) == ("exception", "ZeroDivisionError")


def test_a_script_that_needs_other_hardware_is_skipped_with_its_reason(run):
    result = run("1", "2", needs="cuda")

    assert [(each.status, each.reason) for each in result.outcomes] == [
        ("skipped", "needs cuda; this ran on cpu")
    ] * 2
    assert result.passed


# --- Python as it is -----------------------------------------------------------


def test_future_imports_hold_for_later_cells(run):
    result = run(
        "from __future__ import annotations",
        "def f(x: Unknown): pass\nf.__annotations__",
    )

    assert shown(result.outcomes[1]) == [("execute_result", "{'x': 'Unknown'}")]


def test_dataclasses_pickles_and_processes_find_main(run):
    result = run(
        "import multiprocessing, pickle\nfrom dataclasses import dataclass\n"
        "@dataclass\nclass Point:\n    x: int\n"
        "def double(x):\n    return 2 * x",
        "pickle.loads(pickle.dumps(Point(3)))",
        "with multiprocessing.get_context('fork').Pool(2) as pool:\n"
        "    print(pool.map(double, [1, 2]))",
    )

    assert [shown(each) for each in result.outcomes] == [
        [],
        [("execute_result", "Point(x=3)")],
        [("stdout", "[2, 4]\n")],
    ]


def test_the_source_of_functions_can_be_found(run):
    result = run(
        "def f():\n    return 1", "import inspect\nprint(inspect.getsource(f), end='')"
    )

    assert shown(result.outcomes[1]) == [("stdout", "def f():\n    return 1\n")]


def test_sets_of_strings_are_printed_in_one_order(make_bench):
    texts = {
        only(make_bench().run("print(set('abcdefgh'))")).outputs[0].data["text/plain"]
        for _ in range(2)
    }

    assert len(texts) == 1


def test_unseeded_numbers_differ_from_run_to_run(bench):
    plan = bench.plan("import random\nrandom.random()")
    values = {
        str(bench.engine.run([plan], fresh=True)[plan.key].outcomes[0].outputs)
        for _ in range(2)
    }

    assert len(values) == 2


def test_one_script_does_not_see_what_another_changed(bench):
    bench.run("import os, json\nos.environ['LEAK'] = '1'\njson.leak = 1\nos.chdir('/')")

    outcome = only(
        bench.run("import os, json\n'LEAK' in os.environ, hasattr(json, 'leak')")
    )

    assert shown(outcome) == [("execute_result", "(False, False)")]


# --- names and scalars ---------------------------------------------------------


def test_names_of_a_cell_are_recorded_with_what_they_hold(run):
    result = run(
        "import math\nlr, steps = 0.123456, [1, 2.5, 'x']\n"
        "def descend(start, lr=0.1, *, momentum=None): pass\n"
        "class Big:\n"
        "    def __init__(self, size): pass\n"
        "    def __repr__(self): raise SystemExit\n"
        "    __bool__ = __eq__ = __len__ = __repr__\n"
        "big = Big(3)",
        "unused = math.pi\ndescend, lr",
    )

    assert result.outcomes[0].names == (
        Name("Big", "class", "Big(size)"),
        Name("big", "Big", ""),
        Name("descend", "function", "descend(start, lr=0.1, *, momentum=None)"),
        Name("lr", "float", "0.1235"),
        Name("steps", "list of 3", "[1, 2.5, 'x']"),
    )
    assert [name.name for name in result.outcomes[1].names] == [
        "descend",
        "lr",
        "unused",
    ]


def test_a_local_variable_is_no_name_of_the_script(run):
    result = run("path = 1\ndef f():\n    inner = 2\n    return inner", "inner = 3")

    assert [name.name for name in result.outcomes[0].names] == ["f", "path"]


def test_scalars_are_what_names_held_at_the_end(run):
    result = run(
        "a, b, c, d = 1, 2.5, True, 'text'\n"
        "nan, inf = float('nan'), float('-inf')\n"
        "_hidden, complicated, e = 1, [1], 1j",
        "a = 2",
    )

    assert result.scalars == {
        "a": Scalar("int", "2"),
        "b": Scalar("float", "2.5"),
        "c": Scalar("bool", "True"),
        "d": Scalar("str", "text"),
        "nan": Scalar("float", "nan"),
        "inf": Scalar("float", "-inf"),
    }
