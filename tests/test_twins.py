"""Each note as Markdown beside its page, where the settings ask for it."""

import pytest

CONFIG = """\
site_name: t
use_directory_urls: {tree}
plugins: [lrnotes: {{twins: true}}]
"""
FILES = {
    "docs/index.md": "# Home\n\nSee [[a note#Far down|there]], [[c.py]] and `{c.py} x`.\n",
    "docs/deep/a note.md": "Of [[index|home]].\n\n## Far down\n\n![[c.py#claim: one]]\n",
    "snippets/c.py": "# %% claim: one\nx = 1\nassert x < 2\n",
}


@pytest.mark.parametrize(
    ("tree", "twin", "back"),
    [
        ("true", "deep/a note/index.md", "../../index.md"),
        ("false", "deep/a note.md", "../index.md"),
    ],
)
def test_twins_lie_beside_their_pages_and_link_to_each_other(
    tree, twin, back, make_site
):
    site = make_site(FILES, CONFIG.format(tree=tree))
    done = site.build()
    assert done.returncode == 0, done.stderr
    home = (site.root / "site/index.md").read_text("utf-8")
    note = (site.root / "site" / twin).read_text("utf-8")

    there = twin.replace(" ", "%20")
    assert home.startswith(
        f"# Home\n\nSee [there]({there}#far-down), [c.py](snippets/c"
    )
    assert home.endswith("and 1.\n")
    assert note.startswith(f"# a note\n\nOf [home]({back}).\n\n## Far down\n\n")
    assert "```python\nx = 1\nassert x < 2\n```\n" in note
    name = there.rpartition("/")[2]
    link = f'<link rel="alternate " type="text/markdown" href="{name}">'
    assert link in site.page("deep/a note")
    assert "text/markdown" not in site.page("snippets/c")


THEMED = """\
site_name: t
theme: {name: mkdocs, custom_dir: theme}
use_directory_urls: false
plugins: [lrnotes: {twins: true}]
"""
THEME = """\
{% extends "base.html" %}
{% block content %}
{% set way %}<div class="way" data-way><ol>{% for each in pages %}
<li><div><a href="{{ each.url | url }}">{{ each.page.title }}</a></div></li>
{% endfor %}</ol></div><div>outside</div>{% endset %}
{{ page.content | replace("<div data-way></div>", way) }}
{% endblock %}
"""


def test_a_twin_holds_what_the_theme_fills_in(make_site):
    site = make_site(
        {
            "docs/index.md": "# Home\n\n<div data-way></div>\n\nAnd [[b]].\n",
            "docs/b.md": "# B\n\n<div data-other></div>\n\nNo more.\n",
            "theme/main.html": THEME,
        },
        THEMED,
    )

    done = site.build("--strict")
    assert done.returncode == 0, done.stderr
    home = (site.root / "site/index.md").read_text("utf-8")
    way = "1. [Home](index.md)\n2. [B](b.md)\n3. [Graph](graph.html)"
    assert home == f"# Home\n\n{way}\n\nAnd [b](b.md).\n"
    assert (site.root / "site/b.md").read_text("utf-8") == "# B\n\nNo more.\n"


def test_without_the_setting_there_are_none(make_site):
    site = make_site(FILES, "site_name: t\nplugins: [lrnotes]\n")

    assert site.build().returncode == 0
    assert list((site.root / "site").rglob("*.md")) == []
    assert "text/markdown" not in site.page("index")


def test_a_twin_is_written_again_only_when_its_page_or_the_pages_change(monkeypatch):
    from lrnotes import twins

    made = []
    monkeypatch.setattr(
        twins, "twin", lambda html, title, link: made.append(html) or ""
    )
    monkeypatch.setattr(twins, "_WRITTEN", {})

    def write(**pages):
        made.clear()
        build = twins.Twins()
        for name, html in pages.items():
            build.read(f"{name}.html", name, html)
        return [name for name, _ in build.write()], list(made)

    assert write(a="<p>a", b="<p>b") == (["a.md", "b.md"], ["<p>a", "<p>b"])
    assert write(a="<p>a", b="<p>c") == (["a.md", "b.md"], ["<p>c"])
    assert write(a="<p>a") == (["a.md"], ["<p>a"])
