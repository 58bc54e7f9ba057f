"""What bad input gets: a message with its place, a page that is still built."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

WORK = "@misc{somebody2020, title = {A work}, year = 2020}\n"
GOOD = "# Good\n\n```python exec\nprint('the rest')\n```\n"


def build(make_site, note):
    files = {"docs/index.md": note, "docs/good.md": GOOD, "docs/references.bib": WORK}
    site = make_site(files)
    built = site.build()
    strict = site.build("--strict")

    assert built.returncode == 0, built.stderr
    assert "Traceback" not in built.stderr
    assert "the rest" in site.page("good")
    return site, built.stderr, strict


@pytest.mark.parametrize(
    ("note", "message"),
    [
        (
            "---\ntitle: [1\n---\n# A\n",
            "docs/index.md:3: this front matter is not YAML",
        ),
        ("---\n- a\n---\n# A\n", "docs/index.md:2: this front matter is not a mapping"),
        ("# A\n\n```python exec\n1\n", "docs/index.md:3: this fence is never closed"),
        (
            "# A\n\n```python exec\n#| captoin: no\n1\n```\n",
            'docs/index.md:4: no option "captoin"; nearest: caption',
        ),
        (
            "# A\n\n```python exec\n#| timeout: soon\n1\n```\n",
            "docs/index.md:4: ",
        ),
        (
            '# A\n\n```python exec title="x"\n1\n```\n\n```python exec title="x"\n2\n```\n',
            'docs/index.md:8: a cell named "x" stands at line 4 already',
        ),
        ("# A\n\n![[../../secret.png]]\n", "docs/index.md:3:1: "),
        ("# A\n\n[[#Nowhere]]\n", 'docs/index.md:3:1: no heading "Nowhere"'),
        ("# A\n\n`{python} missing:.3g`\n", "docs/index.md:3:1: "),
        ("# A\n\nAs [@nobody2020] says.\n", 'docs/index.md:3:4: no work "nobody2020"'),
    ],
    ids=lambda value: value[-40:],
)
def test_an_authors_mistake_is_placed_and_fails_only_a_strict_build(
    make_site, note, message
):
    _, said, strict = build(make_site, note)

    assert message in said
    assert strict.returncode == 1


UNREADABLE = {
    "bad": "title: [1\nsecret: word",
    "list": "- secret word",
    "day": "day: 2020-13-45\nsecret: word",
    "remark": "# secret word",
    "link": "up: [[a]] [[b]]\nsecret: word",
}


@pytest.mark.parametrize("lists", ["commonmark", "markdown"])
def test_front_matter_that_a_builder_cannot_read_is_not_shown(make_site, lists):
    notes = {
        f"docs/{name}.md": f"---\n{front}\n---\n# A heading\n\n---\n\nrest\n---\n"
        for name, front in UNREADABLE.items()
    }
    notes["docs/short.md"] = "---\nsecret: word\n---"
    config = f"site_name: test\nplugins: [lrnotes: {{lists: {lists}}}]\n"
    site = make_site({"docs/index.md": GOOD, **notes}, config)

    built = site.build()
    checked = site.command("lrnotes", "check")

    assert built.returncode == 0, built.stderr
    for name in UNREADABLE:
        page = site.page(name)
        assert "A heading" in page
        assert "<hr" in page
        assert "secret" not in page
    assert "secret" not in site.page("short")
    assert [line.partition(": ")[0] for line in checked.stdout.splitlines()] == [
        "docs/bad.md:3", "docs/link.md:2", "docs/list.md:2",
    ]  # fmt: skip
    assert checked.returncode == 1


def test_a_first_line_with_a_colon_is_text(make_site):
    site = make_site(
        {
            "docs/index.md": "Source: [[a]]\nMore: text\n\n# Title\n",
            "docs/a.md": "https://example.org/x\r\n\r\n# A\r\n",
            "docs/b.md": "title: Meant so\n\n# B\n",
        }
    )

    built = site.build()

    assert 'Source: <a class="lrn-link"' in site.page("index")
    assert "More: text" in site.page("index")
    assert "https://example.org/x" in site.page("a")
    assert "title: Meant" not in site.page("b")
    assert 'docs/b.md:1: the builder takes "title:" for metadata' in built.stderr


def test_an_unknown_option_is_marked_at_its_place_in_the_page(make_site):
    site, _, _ = build(make_site, "# A\n\n```python exec captoin\n1\n```\n")

    assert 'no option "captoin"' in site.page("index").replace("&quot;", '"')


def test_a_file_outside_the_project_is_never_read(make_site, tmp_path):
    (tmp_path / "secret.py").write_text("# %% secret\nprint('the secret')\n")
    site = make_site({"docs/index.md": "# A\n\n![[secret.py]]\n", "docs/good.md": GOOD})
    (site.root / "snippets").mkdir()
    (site.root / "snippets/secret.py").symlink_to(tmp_path / "secret.py")

    built = site.build()

    assert "this file lies outside the project" in built.stderr
    assert "the secret" not in site.page("index")


def test_hostile_output_stays_inside_its_box(make_site):
    code = "print('</pre><script>alert(1)</script>\\x1b[31mred\\x1b[0m\\x00\\x07')"
    site, _, _ = build(make_site, f"# A\n\n```python exec\n{code}\n```\n")

    page = site.page("index")
    assert "<script>alert(1)" not in page
    assert "\x00" not in page
    assert "\x1b" not in page
    assert "red" in page


def test_fifty_megabytes_of_output_are_capped_with_a_notice(make_site):
    code = "for _ in range(50):\n    print('x' * 1_000_000)"
    site, _, _ = build(make_site, f"# A\n\n```python exec\n{code}\n```\n")

    page = site.page("index")
    assert len(page) < 2_500_000
    assert "left out" in page or "capped" in page or "cut" in page


def test_a_cache_that_cannot_be_used_does_not_stop_the_build(make_site):
    site = make_site(
        {"docs/index.md": GOOD, ".lrnotes": "a file where a folder belongs"}
    )

    built = site.build()

    assert built.returncode == 0, built.stderr
    assert "Traceback" not in built.stderr
    assert "the rest" in site.page("index")
    assert ".lrnotes" in built.stderr


def test_a_notebook_is_shown_though_the_cache_cannot_keep_its_copy(make_site):
    pytest.importorskip("mkdocs_jupyter")
    cell = {
        "cell_type": "code",
        "id": "a",
        "metadata": {},
        "source": ["6 * 7"],
        "outputs": [],
        "execution_count": None,
    }
    book = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    site = make_site(
        {
            "docs/index.md": GOOD,
            "docs/book.ipynb": json.dumps(book),
            ".lrnotes": "a file where a folder belongs",
        },
        "site_name: t\nplugins: [lrnotes, mkdocs-jupyter]\n",
    )

    built = site.build()

    assert built.returncode == 0, built.stderr
    assert "Traceback" not in built.stderr
    assert built.stderr.count("notebooks cannot be kept in") == 1
    assert ">42<" in site.page("book").replace("\n", "")


@pytest.mark.parametrize("command", [("mkdocs", "build"), ("lrnotes", "status")])
def test_notes_outside_the_configurations_folder_are_refused(make_site, command):
    site = make_site({"docs/index.md": GOOD})
    config = "site_name: t\nplugins: [lrnotes]\ndocs_dir: ../docs\n"
    site.write({"inner/mkdocs.yml": config})
    name, word = command
    where = ("-f", "inner/mkdocs.yml") if name == "mkdocs" else ("--project", "inner")

    done = site.command(name, word, *where)

    assert done.returncode != 0
    said = done.stderr + done.stdout
    assert "lies outside the folder of this file; put the configuration above" in said
    assert "Traceback" not in said


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGKILL])
def test_a_stopped_build_leaves_nothing_running_and_the_next_is_right(make_site, stop):
    loop = "import os, time\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(90)"
    site = make_site({"docs/index.md": f"# A\n\n```python exec\n{loop}\n```\n"})
    process = subprocess.Popen(
        [sys.executable, "-m", "mkdocs", "build", "-q"],
        cwd=site.root,
        stderr=subprocess.DEVNULL,
    )
    pid = site.root / "pid"
    end = time.monotonic() + 60
    while not (pid.exists() and pid.read_text()) and time.monotonic() < end:
        time.sleep(0.1)

    process.send_signal(stop)
    process.wait(timeout=30)

    assert wait_for_end(int(pid.read_text())), "the worker outlived the build"
    site.write({"docs/index.md": GOOD})
    assert site.build("--strict").returncode == 0
    assert "the rest" in site.page("index")


def wait_for_end(pid: int) -> bool:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False
