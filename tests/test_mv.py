"""Renaming: links go on meaning what they meant, and nothing else changes."""

import json
import random

import pytest

from lrnotes.check import convert_notes
from lrnotes.errors import LrnotesError
from lrnotes.mv import plan_move
from lrnotes.project import Project
from lrnotes.settings import find_layout

CONFIG = """\
site_name: t
use_directory_urls: false
nav:
  - Home: index.md
  - "old.md"
  - Deep: [sub/other.md, old.md]
plugins: [lrnotes]
extra: {path: old.md}
"""
INDEX = (
    "---\nup: '[[old]]'\nrequires: [old, sub/other]\n---\n# Home\r\n\r\n"
    "[[old]] [[ OLD#Part | text ]] ![[old#^b]] [[old.md|t]] [[alias]]\r\n"
    "[x](old.md#part) [y](<old.md>) ![i](img.png) `[[old]]` [[cold]] <!-- [[old]] -->\n\n"
    "| a |\n|---|\n| [[old\\|cell `old`]] |\n\n"
    "```python exec\n#| caption: see [[old]]\nx = [[old]]\n```\n\n[r]: old.md 'old'\n"
)
FILES = {
    "docs/index.md": INDEX,
    "docs/old.md": (
        "---\naliases: [alias]\n---\n# Old\n\n## Part\n\nText ^b\n\n"
        "[[index]] ![i](img.png) [o](sub/other.md) [[./index]] [[#Part]]\n"
    ),
    "docs/sub/other.md": "# Other\n\n[up](../old.md) [[../old]] [[/old]]\n",
    "docs/cold.md": "# Cold\n",
    "docs/img.png": "",
    "snippets/s.py": "# %% [markdown]\n# See [[old|it]].\n# %% a\nx = '[[old]]'\n",
}


def open_project(site):
    return Project.read(find_layout(site.root))


def move(site, old, new):
    plan_move(open_project(site), old, new).write(site.root)


def read(site, path):
    return (site.root / path).read_bytes().decode("utf-8")


def graph(project, names=lambda path: path):
    """Return what each note links to, in order; unresolved links are left out."""
    records = convert_notes(project).index.records
    return {
        names(path): [
            (names(link.resolved), link.fragment, link.is_embed)
            for link in record.links
            if link.resolved
        ]
        for path, record in records.items()
    }


def test_every_form_of_link_is_rewritten_and_nothing_else(make_site):
    site = make_site(FILES, CONFIG)
    (site.root / "docs/index.md").write_bytes(("\ufeff" + INDEX).encode())

    move(site, "old", "sub/new")

    expected = (
        INDEX.replace("'[[old]]'", "'[[new]]'")
        .replace("requires: [old,", "requires: [new,")
        .replace("[[old]] [[ OLD#Part | text ]]", "[[new]] [[ new#Part | text ]]")
        .replace("![[old#^b]] [[old.md|t]]", "![[new#^b]] [[new.md|t]]")
        .replace("](old.md#part)", "](sub/new.md#part)")
        .replace("](<old.md>)", "](<sub/new.md>)")
        .replace("[[old\\|cell", "[[new\\|cell")
        .replace("#| caption: see [[old]]", "#| caption: see [[new]]")
        .replace("[r]: old.md", "[r]: sub/new.md")
    )
    assert read(site, "docs/index.md") == "\ufeff" + expected
    assert read(site, "docs/sub/other.md") == (
        "# Other\n\n[up](new.md) [[./new]] [[/sub/new]]\n"
    )
    assert read(site, "docs/sub/new.md") == (
        "---\naliases: [alias]\nredirects: [/old.html]\n---\n# Old\n\n## Part\n\n"
        "Text ^b\n\n[[index]] ![i](../img.png) [o](other.md) [[../index]] [[#Part]]\n"
    )
    assert read(site, "snippets/s.py") == FILES["snippets/s.py"].replace(
        "See [[old|it]]", "See [[new|it]]"
    )
    assert read(site, "mkdocs.yml") == CONFIG.replace(
        '"old.md"', '"sub/new.md"'
    ).replace("other.md, old.md", "other.md, sub/new.md")
    assert not (site.root / "docs/old.md").exists()


def test_a_link_whose_meaning_the_new_name_would_take_is_rewritten(make_site):
    site = make_site(
        {
            "docs/a/x.md": "# X\n",
            "docs/b/home.md": "[[x]] and [[nick]]\n",
            "docs/c/long.md": "---\naliases: [nick]\n---\n",
            "docs/y.md": "# Y\n",
        }
    )

    move(site, "y", "b/x")
    move(site, "b/x", "b/nick")

    assert read(site, "docs/b/home.md") == "[[a/x]] and [[long]]\n"


def test_a_snippet_is_renamed_in_links_embeds_and_values(make_site):
    site = make_site(
        {
            "docs/a.md": "![[s.py#one|output]] [[s.py]] `{s.py} x:.1f` `{python} y`\n",
            "snippets/s.py": "# %% one\nx = 1.0\n",
        }
    )

    move(site, "s.py", "t")

    assert read(site, "docs/a.md") == (
        "![[t.py#one|output]] [[t.py]] `{t.py} x:.1f` `{python} y`\n"
    )
    assert read(site, "snippets/t.py") == "# %% one\nx = 1.0\n"


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("old", "cold", "docs/cold.md exists already"),
        ("old", "COLD", "docs/cold.md exists already"),
        ("olf", "new", 'no note, snippet or file named "olf"; nearest: old'),
        ("old", "../../x", "lies outside docs/"),
        ("old", "a#b", "no link can name"),
        ("old", "old", "exists already"),
    ],
)
def test_what_cannot_be_done_is_refused(make_site, old, new, what):
    site = make_site(FILES, CONFIG)

    with pytest.raises(LrnotesError, match=what):
        move(site, old, new)

    assert {path: read(site, path) for path in FILES} == FILES


def test_a_dry_run_says_what_would_change(make_site):
    site = make_site(FILES, CONFIG)

    done = site.command("lrnotes", "mv", "cold", "warm", "--dry-run")

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "docs/cold.md -> docs/warm.md"
    assert "docs/index.md:" in done.stdout
    assert (site.root / "docs/cold.md").exists()


def test_a_moved_note_answers_at_its_old_address(make_site):
    site = make_site({"docs/index.md": "[[a]]\n", "docs/a.md": "# A\n"})

    moved = site.command("lrnotes", "mv", "a", "b")
    built = site.build("--strict")

    assert moved.returncode == 0, moved.stderr
    assert built.returncode == 0, built.stderr
    assert 'url=../b/"' in site.page("a")


def test_what_is_not_rewritten_is_told_by_place(make_site):
    site = make_site(
        {
            "docs/index.md": (
                '# Home\n\n<a href="old.md#part">o</a> <a href="old.html">o</a>\n\n'
                "```python exec\n#| output: markdown\nimport s\n"
                "print('[[old|text]] [[s.py]]')\n```\n"
            ),
            "docs/old.md": '# Old\n\n<img src="img.png"> <img src="none.png">\n',
            "docs/img.png": "",
            "snippets/s.py": "# %% one\nx = '[[old]]'\n",
            "snippets/plain.py": "from s import x\nimport sys\n",
        }
    )

    note = plan_move(open_project(site), "old", "sub/new")
    beside = plan_move(open_project(site), "old", "new")
    snippet = plan_move(open_project(site), "s.py", "t")

    assert note.left == [
        'docs/index.md:3: "old.md#part" in raw HTML is not rewritten; mend it by hand',
        "docs/index.md:8: [[old|text]] in code is not rewritten; mend it by hand",
        'docs/old.md:3: "img.png" in raw HTML is not rewritten; mend it by hand',
    ]
    assert beside.left == note.left[:2]
    assert snippet.left == [
        "docs/index.md:7: the import of s is not rewritten; mend it by hand",
        "docs/index.md:8: [[s.py]] in code is not rewritten; mend it by hand",
        "snippets/plain.py:1: the import of s is not rewritten; mend it by hand",
    ]
    assert list(note.lines())[-3:] == note.left


def test_what_only_looks_like_a_link_is_left_and_what_is_one_is_not(make_site):
    text = (
        "[x](old.md) and [y](two words.md 'T') ![z](<two words.md>)[^1]\n\n"
        "%%[[old]]%% \\![[old]] \\[[old]] `` `{s.py} x` ``\n\n"
        "```text\n[x](old.md) [[old]] `{s.py} x`\n```\n\n[^1]: old.md is a file\n"
    )
    site = make_site(
        {
            "docs/index.md": text,
            "docs/old.md": "",
            "docs/two words.md": "",
            "snippets/s.py": "# %% a\nx = 1\n",
        }
    )

    move(site, "old", "new")
    move(site, "two words", "sub/one word")
    move(site, "s.py", "t.py")

    assert read(site, "docs/index.md") == text.replace("](old", "](new", 1).replace(
        "(two words.md 'T')", "(sub/one%20word.md 'T')"
    ).replace("<two words.md>", "<sub/one word.md>").replace(
        "%%[[old]]%% \\![[old]]", "%%[[new]]%% \\![[new]]"
    )


def test_links_of_the_front_matter_keep_their_quotes_or_get_some(make_site):
    head = (
        "---\na: '[[old]]'\nb: \"[[old|t]]\"\nc: [[old]]\nd: [[ old ]]  # [[old]]\n"
        "e:\n  - '[[it''s]]'\n  - \"see [[\\u006fld]]\"\nrequires: [old, index]\n---\n"
    )
    site = make_site(
        {"docs/index.md": head, "docs/old.md": "", "docs/it's.md": "# It\n"}
    )

    move(site, "old", 'a "b", c\'s')
    after = read(site, "docs/index.md")
    move(site, "it's", "its")

    assert after == (
        '---\na: \'[[a "b", c\'\'s]]\'\nb: "[[a \\"b\\", c\'s|t]]"\n'
        'c: "[[a \\"b\\", c\'s]]"\nd: "[[ a \\"b\\", c\'s ]]"  # [[old]]\n'
        "e:\n  - '[[it''s]]'\n  - \"see [[a \\\"b\\\", c's]]\"\n"
        'requires: ["a \\"b\\", c\'s", index]\n---\n'
    )
    assert read(site, "docs/index.md") == after.replace("[[it''s]]", "[[its]]")
    record = convert_notes(open_project(site)).index.records["docs/index.md"]
    assert [link.resolved for link in record.links] == [
        *["docs/a \"b\", c's.md"] * 4, "docs/its.md", "docs/a \"b\", c's.md",
    ]  # fmt: skip


def test_an_image_is_renamed_in_embeds_and_addresses(make_site):
    site = make_site(
        {
            "docs/index.md": "![[p.png|300]] ![p](img/p.png) [[p.png]] ![q](p.png)\n",
            "docs/img/p.png": "",
        }
    )

    move(site, "p.png", "files/new p")

    assert read(site, "docs/index.md") == (
        "![[new p.png|300]] ![p](files/new%20p.png) [[new p.png]] "
        "![q](files/new%20p.png)\n"
    )
    assert (site.root / "docs/files/new p.png").exists()


def test_a_notebook_is_renamed_and_its_own_links_follow(make_site):
    prose = ["# Book\n", "[[old]] ![[old#^b|t]] [x](old.md#a) `[[old]]`\n"]
    book = {"cells": [{"cell_type": "markdown", "id": "a", "metadata": {},
                       "source": prose}],
            "metadata": {}, "nbformat": 4, "nbformat_minor": 5}  # fmt: skip
    site = make_site(
        {
            "docs/index.md": "[[book]] [[book.ipynb|t]] [b](book.ipynb)\n",
            "docs/old.md": "Text ^b\n",
            "docs/book.ipynb": json.dumps(book),
        }
    )

    move(site, "old", "sub/new")
    move(site, "book", "sub/tome")

    assert read(site, "docs/index.md") == (
        "[[tome]] [[tome.ipynb|t]] [b](sub/tome.ipynb)\n"
    )
    moved = json.loads(read(site, "docs/sub/tome.ipynb"))
    assert moved["cells"][0]["source"] == [
        "# Book\n", "[[new]] ![[new#^b|t]] [x](new.md#a) `[[old]]`\n",
    ]  # fmt: skip


def test_code_is_told_from_prose_as_the_setting_says(make_site):
    # Indented code for GitHub, a paragraph of the item for Python-Markdown.
    files = {"docs/index.md": "- item\n\n      [[old]]\n", "docs/old.md": ""}

    for lists, name in (("commonmark", "old"), ("markdown", "new")):
        config = CONFIG.replace("[lrnotes]", f"[lrnotes: {{lists: {lists}}}]")
        site = make_site(files, config)
        move(site, "old", "new")

        assert f"[[{name}]]" in read(site, "docs/index.md")
        (site.root / "docs/new.md").unlink()


def test_case_alone_may_change(make_site):
    site = make_site(
        {"docs/index.md": "[[old]] [x](old.md) [[Cafe\u0301]]\n", "docs/old.md": "",
         "docs/Caf\u00e9.md": ""}
    )  # fmt: skip

    move(site, "old", "OLD")
    move(site, "Caf\u00e9", "the caf\u00e9")

    assert read(site, "docs/index.md") == "[[old]] [x](OLD.md) [[the caf\u00e9]]\n"
    assert (site.root / "docs/OLD.md").exists()


def test_addresses_of_pages_are_left_to_the_writer_where_a_folder_changes(make_site):
    text = "[a](b/) [c](../d.html#e) [f](/g/) [h](https://i/) `[j](k/)` [l](m.md)\n"
    site = make_site({"docs/old.md": text, "docs/m.md": ""})

    inside = plan_move(open_project(site), "old", "new")
    elsewhere = plan_move(open_project(site), "old", "sub/new")

    assert inside.left == []
    assert elsewhere.left == [
        'docs/old.md:1: "../d.html" is not rewritten; mend it by hand',
        'docs/old.md:1: "b/" is not rewritten; mend it by hand',
    ]


FOLDERS = ("", "a/", "b/", "a/c/")
NAMES = ("x", "y", "Two words", "Ünï", "v1.2", "x y-z", "50% (a)")


def random_vault(chance):
    paths = {
        f"docs/{chance.choice(FOLDERS)}{chance.choice(NAMES)}.md" for _ in range(7)
    }
    texts = {}
    for path in sorted(paths):
        lines = [f"---\naliases: [alias {len(texts)}]\n---\n# T\n\n## Part\n"]
        for target in chance.choices(sorted(paths), k=6):
            inside = target.removeprefix("docs/").removesuffix(".md")
            ups = "../" * (path.count("/") - 1)
            name = inside.rpartition("/")[2]
            pointed = f"<{ups}{inside}.md#part>"
            lines.append(
                chance.choice(
                    [
                        f"[[{inside}]]",
                        f"[[{name}]]",
                        f"[[{name.upper()}#Part|text]]",
                        f"![[/{inside}#Part]]",
                        f"[[./{ups}{inside}]]" if not ups else f"[[{ups}{inside}|t]]",
                        f"[t]({pointed})",
                        f"[[{inside}.md|`code`]]",
                        f"[[alias {chance.randrange(7)}]]",
                        f"`[[{name}]]`",
                    ]
                )
            )
        texts[path] = "\n\n".join(lines) + "\n"
    return texts


@pytest.mark.parametrize("seed", range(20))
def test_the_graph_after_a_rename_is_the_graph_before(tmp_path, make_site, seed):
    chance = random.Random(seed)
    site = make_site(random_vault(chance))
    project = open_project(site)
    old = chance.choice(sorted(project.notes))
    new = f"{chance.choice(FOLDERS)}{chance.choice((*NAMES, 'fresh'))}"
    before = graph(project)
    try:
        plan = plan_move(project, old, new)
    except LrnotesError:
        plan = plan_move(project, old, "fresh")

    plan.write(site.root)

    def name(path):
        return plan.new if path == old else path

    renamed = {
        name(path): [(name(to), *rest) for to, *rest in links]
        for path, links in before.items()
    }
    after = graph(open_project(site))
    for path, links in renamed.items():
        # A link to nothing may have found a note in the new name.
        found = iter(after[path])
        assert all(link in found for link in links), path
