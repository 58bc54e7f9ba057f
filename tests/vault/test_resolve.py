"""Resolution against a slow resolver that follows the reference semantics literally."""

import os
import pickle
import posixpath
import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lrnotes.vault.names import Vault, fold

LINKS = int(os.environ.get("LRNOTES_RESOLVER_LINKS", "2000"))
PER_EXAMPLE = 20


def matches(path, target):
    return fold(path) == fold(target)


def is_ending(path, target):
    return fold(path).endswith("/" + fold(target))


def slow_resolve(vault_paths, aliases, target, source):
    """Return the vault path by reading section 1a from top to bottom."""
    if not target:
        return source
    folder = posixpath.dirname(source)
    if target.startswith(("./", "../", "/")):
        base = "" if target.startswith("/") else folder
        place = posixpath.normpath(posixpath.join(base or ".", target.lstrip("/")))
        for wanted in (place, place + ".md"):
            found = [path for path in vault_paths if matches(path, wanted)]
            if found:
                return spelled(found, wanted)
        return None
    for wanted in (target, target + ".md"):
        exact = [path for path in vault_paths if matches(path, wanted)]
        if exact:
            return spelled(exact, wanted)
        endings = [path for path in vault_paths if is_ending(path, wanted)]
        own = [path for path in endings if posixpath.dirname(path) == folder]
        if own:
            return spelled(own, wanted)
        if endings:
            shortest = min(endings, key=lambda path: (len(path), path))
            twins = [path for path in endings if matches(path, shortest)]
            return spelled(twins, wanted)
    named = [
        path
        for path, names in aliases.items()
        if any(fold(name) == fold(target) for name in names)
    ]
    return min(named, key=lambda path: (len(path), path), default=None)


def spelled(twins, wanted):
    """Where files differ by case alone, the exact spelling wins, else the first."""
    ordered = sorted(twins, key=lambda path: (len(path), path))
    for form in (str, lambda name: unicodedata.normalize("NFC", name)):
        for path in ordered:
            if ("/" + form(path)).endswith("/" + form(wanted)):
                return path
    return ordered[0]


FORBIDDEN = set("#^|[]/\\:\n\r\t\x00") | {chr(code) for code in range(32)}
SEEDS = ["Note", "note", "NOTE", "Café", "cafe\u0301", "Straße", "a.b", "2024-05-01",
         "what?", "50%", "it's (1) & +", "öre", "日本語", "🎉 party", "a_b", "a-b", "a b",
         "İstanbul", "ﬁn", "x", "index", "img.png", "..x"]  # fmt: skip
letters = st.characters(
    codec="utf-8", exclude_characters="".join(FORBIDDEN), exclude_categories=["Cs"]
)
plain = st.text(letters, min_size=1, max_size=6).map(str.strip)
word = st.one_of(st.sampled_from(SEEDS), plain).filter(
    lambda name: name and name not in (".", "..") and "%%" not in name
)


@st.composite
def spellings(draw, names):
    """Return one of the names, perhaps in another case or another normal form."""
    name = draw(names)
    form = draw(st.sampled_from(["as is", "NFC", "NFD", "upper", "lower", "swap"]))
    if form in ("NFC", "NFD"):
        return unicodedata.normalize(form, name)
    return {"upper": name.upper, "lower": name.lower, "swap": name.swapcase}.get(
        form, lambda: name
    )()


folders = st.lists(spellings(st.sampled_from(["a", "b", "Sub", "é", "long name"])),
                   max_size=3).map("/".join)  # fmt: skip


@st.composite
def vaults(draw):
    """Return vault paths and aliases, with twins of every sort."""
    names = st.sampled_from(draw(st.lists(word, min_size=1, max_size=5)))
    paths = set()
    for _ in range(draw(st.integers(1, 12))):
        name = draw(spellings(names)) + draw(
            st.sampled_from([".md"] * 5 + ["", ".png"])
        )
        paths.add(posixpath.join(draw(folders), name))
    notes = sorted(path for path in paths if path.endswith(".md"))
    aliases = {path: draw(st.lists(spellings(names), max_size=2)) for path in notes[:4]}
    targets = st.one_of(
        spellings(names),
        st.builds(posixpath.join, folders, spellings(names)),
        spellings(st.sampled_from(sorted(paths))),
        st.builds("{}{}".format, st.sampled_from(["./", "../", "/", "../../"]),
                  spellings(st.sampled_from(sorted(paths)))),
        st.builds("{}{}".format, spellings(names), st.sampled_from([".md", ".png"])),
    )  # fmt: skip
    links = draw(st.lists(targets, min_size=PER_EXAMPLE, max_size=PER_EXAMPLE))
    source = draw(st.sampled_from(notes or ["source.md"]))
    return sorted(paths), aliases, links, source


@settings(max_examples=max(1, LINKS // PER_EXAMPLE), deadline=None)
@given(vaults())
def test_every_link_of_a_random_vault_goes_where_the_reference_says(drawn):
    paths, aliases, links, source = drawn
    vault = Vault.build(
        [
            (f"docs/{path}", aliases.get(path, ()))
            for path in paths
            if path[-3:] == ".md"
        ],
        [f"docs/{path}" for path in paths],
    )
    for target in links:
        expected = slow_resolve(paths, aliases, target, source)
        actual = vault.resolve(target, f"docs/{source}").path

        assert actual == (expected and f"docs/{expected}"), (target, source)


UNASSIGNED = ("Cn", "Cs", "Co")
STEP = 1 if LINKS >= 100_000 else 31
"""Of the characters, how many are passed over; a night takes all."""


@pytest.mark.parametrize("form", ["as written", "NFC", "NFD", "NFC upper", "NFD lower"])
def test_every_legal_character_may_stand_in_a_name(form):
    characters = [
        chr(code)
        for code in range(32, sys.maxunicode + 1, STEP)
        if unicodedata.category(chr(code)) not in UNASSIGNED
        and chr(code) not in FORBIDDEN
    ]
    paths = [f"docs/a{each}b.md" for each in characters]
    vault = Vault.build((path, ()) for path in paths)
    normal, _, case = form.partition(" ")
    for each, path in zip(characters, paths, strict=True):
        name = f"a{each}b"
        if normal != "as":
            name = unicodedata.normalize(normal, name)
            name = {"upper": name.upper(), "lower": name.lower()}.get(case, name)
        found = vault.resolve(name, "docs/index.md").path

        if normal == "as":
            assert found == path, hex(ord(each))
        elif fold(path) == fold(f"docs/{name}.md"):
            assert fold(found or "") == fold(path), hex(ord(each))
        else:
            # Upper case may be a longer word: the name of no note here.
            assert found is None or fold(found) == fold(f"docs/{name}.md"), each


def build(*paths, aliases=(), snippets=(), docs="docs"):
    known = dict(aliases)
    notes = [(path, known.get(path, ())) for path in paths if path.endswith(".md")]
    return Vault.build(notes, paths, snippets, docs)


ROWS = build(
    "docs/Note.md", "docs/a/Note.md", "docs/a/b/Other.md", "docs/c/Other.md",
    "docs/long/Deep.md", "docs/x/y/Deep.md", "docs/img/plot.png", "docs/v1.2.md",
    "docs/Café.md", "docs/what?.md", "docs/100%.md", "docs/A&B (1)+.md",
    "docs/My note.md", "docs/my-note.md", "docs/my_note.md", "docs/日本.md",
    "docs/Twin.md", "docs/twin.md",
    aliases={"docs/a/b/Other.md": ("the other", "Note")},
    snippets=("snippets/momentum.py", "snippets/lib/plots.py"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("target", "source", "path", "how"),
    [
        ("", "docs/a/Note.md", "docs/a/Note.md", "self"),
        ("Note", "docs/c/Other.md", "docs/Note.md", "name"),
        ("Note", "docs/a/Note.md", "docs/Note.md", "name"),
        ("a/Note", "docs/Note.md", "docs/a/Note.md", "path"),
        ("b/Other", "docs/Note.md", "docs/a/b/Other.md", "path"),
        ("Other", "docs/a/b/Other.md", "docs/a/b/Other.md", "name"),
        ("Other", "docs/a/Note.md", "docs/c/Other.md", "name"),
        ("Deep", "docs/Note.md", "docs/x/y/Deep.md", "name"),
        ("./Note", "docs/a/b/Other.md", None, "unresolved"),
        ("../Note", "docs/a/b/Other.md", "docs/a/Note.md", "path"),
        ("/Note", "docs/a/b/Other.md", "docs/Note.md", "path"),
        ("/a/note.MD", "docs/Note.md", "docs/a/Note.md", "path"),
        ("NOTE", "docs/c/Other.md", "docs/Note.md", "name"),
        ("plot.png", "docs/Note.md", "docs/img/plot.png", "name"),
        ("v1.2", "docs/Note.md", "docs/v1.2.md", "name"),
        ("cafe\u0301", "docs/Note.md", "docs/Café.md", "name"),
        ("what?", "docs/Note.md", "docs/what?.md", "name"),
        ("100%", "docs/Note.md", "docs/100%.md", "name"),
        ("a&b (1)+", "docs/Note.md", "docs/A&B (1)+.md", "name"),
        ("my note", "docs/Note.md", "docs/My note.md", "name"),
        ("my-note", "docs/Note.md", "docs/my-note.md", "name"),
        ("my_note", "docs/Note.md", "docs/my_note.md", "name"),
        ("日本", "docs/Note.md", "docs/日本.md", "name"),
        ("Twin", "docs/Note.md", "docs/Twin.md", "name"),
        ("twin", "docs/Note.md", "docs/twin.md", "name"),
        ("The Other", "docs/Note.md", "docs/a/b/Other.md", "alias"),
        ("momentum.py", "docs/Note.md", "snippets/momentum.py", "name"),
        ("snippets/momentum.py", "docs/Note.md", "snippets/momentum.py", "path"),
        ("plots.py", "docs/Note.md", "snippets/lib/plots.py", "name"),
        ("../snippets/momentum.py", "docs/Note.md", "snippets/momentum.py", "path"),
        ("docs/a/Note", "docs/Note.md", "docs/a/Note.md", "path"),
        ("momentum", "docs/Note.md", None, "unresolved"),
        ("nothing", "docs/Note.md", None, "unresolved"),
        ("../../etc/passwd", "docs/Note.md", None, "outside"),
        ("/../../etc/passwd", "docs/Note.md", None, "outside"),
        ("a/../../../etc/passwd", "docs/Note.md", None, "outside"),
        ("/etc/passwd", "docs/Note.md", None, "unresolved"),
    ],
)
def test_a_target_resolves_as_its_row_says(target, source, path, how):
    resolution = ROWS.resolve(target, source)

    assert (resolution.path, resolution.how) == (path, how)


def test_an_ambiguous_name_keeps_all_candidates_the_chosen_one_first():
    assert ROWS.resolve("Deep", "docs/Note.md").candidates == (
        "docs/x/y/Deep.md",
        "docs/long/Deep.md",
    )


def test_a_vault_may_be_the_project_folder_itself():
    vault = build("a.md", "b/c.md", docs=".")

    assert vault.resolve("c", "a.md").path == "b/c.md"
    assert vault.resolve("../a", "b/c.md").path == "a.md"
    assert vault.resolve("../../a", "b/c.md").how == "outside"


def test_the_docs_folder_may_lie_deeper():
    vault = build("site/docs/a.md", "site/docs/b/c.md", docs="site/docs")

    assert vault.resolve("b/c", "site/docs/a.md").path == "site/docs/b/c.md"
    assert vault.resolve("/a", "site/docs/b/c.md").path == "site/docs/a.md"


def test_a_vault_is_plain_data():
    assert pickle.loads(pickle.dumps(ROWS)) == ROWS
