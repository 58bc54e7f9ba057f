"""The extension by itself, in builders, and over many pages."""

import pickle
from types import SimpleNamespace

from markdown import Markdown
from mkdocs.structure.files import File, Files, InclusionLevel

from lrnotes.markdown.context import Index
from lrnotes.markdown.defaults import EXTENSIONS
from lrnotes.markdown.extension import LrnotesExtension, makeExtension
from lrnotes.markdown.settle import settle
from lrnotes.model import Heading, Link, Note, Record
from lrnotes.vault.names import Vault


def test_it_works_with_no_index_at_all():
    md = Markdown(extensions=[makeExtension()])

    assert md.convert("[[x]] *y*") == (
        '<p><span class="lrn-unresolved" title="no note named &quot;x&quot;">x</span> '
        "<em>y</em></p>"
    )


def test_it_is_loaded_by_its_dotted_name():
    md = Markdown(extensions=["lrnotes.markdown.extension"])

    assert "lrn-unresolved" in md.convert("[[x]]")


def test_an_index_is_picklable(build_index):
    index = build_index("text", "docs/home.md")

    assert pickle.loads(pickle.dumps(index)) == index


def test_one_instance_converts_page_after_page(build_index):
    index = build_index("", "docs/home.md")
    md = Markdown(extensions=[LrnotesExtension(index=index, page="docs/home.md")])
    first = md.convert("# One\n\n[[x]]")
    md.reset()
    second = md.convert("# Two\n\n[@cohen2021]")

    assert 'href="x.md"' in first
    assert "lrn-references" in second
    assert index.records["docs/home.md"] == Record(
        "docs/home.md", headings=(), citations=("cohen2021",)
    )


def test_a_record_holds_links_headings_and_citations(convert):
    text = "# Top\n\n[[x#A|b]] ![[plot.png]] [@cohen2021] [[Nestrov]]"
    _, _, index = convert(text)
    record = index.records["docs/home.md"]

    assert record.headings == (Heading(1, "Top", "top"),)
    assert record.links == (
        Link("[[x#A|b]]", "x", "A", "b", False, "docs/x.md"),
        Link("![[plot.png]]", "plot.png", "", "", True, "docs/img/plot.png"),
        Link("[[Nestrov]]", "Nestrov", "", "", False, ""),
    )
    assert record.citations == ("cohen2021",)


class Relpath:
    """Stands where MkDocs puts what turns links into URLs."""

    def __init__(self, src_uri, *others, inclusion=InclusionLevel.INCLUDED):
        self.file = File(src_uri, "docs", "site", use_directory_urls=False)
        found = [
            File(each, "docs", "site", use_directory_urls=False) for each in others
        ]
        for each in found:
            each.inclusion = inclusion
        self.files = Files([self.file, *found])
        self.config = {
            "markdown_extensions": list(EXTENSIONS),
            "mdx_configs": EXTENSIONS,
        }

    def run(self, root):
        for element in root.iter("a"):
            element.set("href", self.path_to_url(element.get("href")))

    def path_to_url(self, url):
        return url.replace(".md", ".HTML")


def test_the_page_is_learnt_from_mkdocs(build_index):
    index = build_index("", "")
    md = Markdown(extensions=[*EXTENSIONS, LrnotesExtension(index=index)])
    relpath = Relpath("folder/My note.md", "folder/Deep note.md")
    md.treeprocessors.register(relpath, "relpath", 0)
    html = md.convert("[[./Deep note]] ![[sound.mp3]]\n\n![[momentum.py#the ravine]]")

    assert '<a class="lrn-link" href="Deep%20note.html" id="lrn-link-1">' in html
    # Captions are converted as part of the same page; MkDocs sees what it lacks.
    assert '<a class="lrn-link" href="../nesterov-momentum.HTML">NAG</a>' in html
    assert "docs/folder/My note.md" in index.records


def test_mkdocs_is_left_to_tell_of_a_link_to_a_note_that_it_leaves_out(build_index):
    md = Markdown(extensions=[*EXTENSIONS, LrnotesExtension(index=build_index("", ""))])
    drafts = {"inclusion": InclusionLevel.DRAFT}
    relpath = Relpath("folder/My note.md", "folder/Deep note.md", **drafts)
    md.treeprocessors.register(relpath, "relpath", 0)

    assert 'href="Deep%20note.HTML"' in md.convert("[[./Deep note]]")


def test_the_page_is_learnt_from_zensical(build_index):
    index = build_index("", "")
    md = Markdown(extensions=[LrnotesExtension(index=index)])
    context = SimpleNamespace(
        page=SimpleNamespace(path="folder/My note.md"),
        config={"markdown_extensions": [], "mdx_configs": {}},
        run=lambda lines: lines,
    )
    md.preprocessors.register(context, "rendering_context", 200)

    assert 'href="Deep%20note.md"' in md.convert("[[./Deep note]]")


def test_settling_leaves_other_html_alone():
    html = '<a href="x">y</a> <b data-lrn-to="z">'

    assert settle(html, "docs/a.md", Index()) == (html, ())


def test_settling_keeps_what_the_builder_made_of_the_address():
    index = Index(
        records={"docs/b.md": Record("docs/b.md", headings=(Heading(2, "À &", "à"),))}
    )
    mark = '<a class="x" data-lrn-to="docs/b.md#à &amp;" href="../b/" title="t">'

    assert settle(mark, "docs/a.md", index) == (
        '<a class="x" href="../b/#à" title="t">',
        (),
    )


def test_a_page_that_was_not_converted_is_linked_at_its_top():
    mark = '<a data-lrn-to="docs/b.ipynb#A" href="../b/">'

    assert settle(mark, "docs/a.md", Index()) == ('<a href="../b/">', ())


def test_equal_missing_links_are_reported_at_their_own_places(convert):
    _, problems, _ = convert("[[Nestrov]] `[[Nestrov]]`\n[[Nestrov]] [[#A]]\n[[#A]]")

    assert [(each.place.line, each.place.column) for each in problems] == [
        (1, 1),
        (2, 1),
        (2, 13),
        (3, 1),
    ]


def test_a_vault_with_another_docs_folder():
    index = Index(docs="notes", vault=Vault.build([("notes/a.md", ())], docs="notes"))
    md = Markdown(extensions=[LrnotesExtension(index=index, page="notes/b/c.md")])

    assert 'href="../a.md"' in md.convert("[[a]]")


def test_links_in_properties_count(build_index):
    index = build_index("", "docs/home.md")
    meta = {
        "up": "[[x]]",
        "see": ["[[NAG|n]]", [["what?"]]],
        "n": {"m": "a [[Nestrov]]"},
    }
    text = '---\nup: "[[x]]"\nn: {m: "a [[Nestrov]]"}\n---\n'
    index.notes = {"docs/home.md": Note("docs/home.md", text, meta)}
    Markdown(extensions=[LrnotesExtension(index=index, page="docs/home.md")]).convert(
        "a"
    )
    record = index.records["docs/home.md"]

    assert [(link.raw, link.resolved) for link in record.links] == [
        ("[[x]]", "docs/x.md"),
        ("[[NAG|n]]", "docs/nesterov-momentum.md"),
        ("[[what?]]", "docs/what?.md"),
        ("[[Nestrov]]", ""),
    ]
    assert [str(each) for each in record.problems] == [
        'docs/home.md:3:11: no note named "Nestrov"; '
        "nearest: Nesterov, nesterov-momentum"
    ]


def test_tags_are_recorded_as_first_written(convert):
    _, _, index = convert("#Deep/Learning and #other, #deep/learning")

    assert index.records["docs/home.md"].tags == ("Deep/Learning", "other")


def test_tags_lead_to_their_pages_where_there_are_such(convert):
    html, _, _ = convert(
        "#Deep/Learning", "docs/folder/My note.md", pages=["docs/tags/deep/learning.md"]
    )

    assert html == (
        '<p><a class="lrn-tag" href="../tags/deep/learning.md">#Deep/Learning</a></p>'
    )


def test_a_heading_of_an_embedded_note_is_not_the_page_s_own(convert):
    _, _, index = convert("# Own ^a\n\n![[My note]]")
    record = index.records["docs/home.md"]

    assert [each.text for each in record.headings] == ["Own ^a"]
    assert [link.raw for link in record.links] == ["![[My note]]"]


def test_links_to_one_missing_heading_are_reported_as_each_is_written(convert):
    _, problems, _ = convert("[[#No]] a\n\n[[#No|b]] c [[#No]]")

    assert [(each.place.line, each.place.column) for each in problems] == [
        (1, 1),
        (3, 1),
        (3, 13),
    ]


def test_a_missing_heading_in_an_embedded_note_is_reported_there(build_index, convert):
    index = build_index("![[x]]", "docs/home.md")
    index.notes["docs/x.md"] = Note("docs/x.md", "[[nesterov-momentum#No]]")
    _, problems, _ = convert("![[x]]", "docs/home.md", index)

    assert problems == ()


def test_pages_that_are_made_while_building_can_be_linked(convert):
    text = "[a](verification.md) [b](snippets/momentum.md) [c](made.md)"
    html, problems, _ = convert(text, pages=["docs/verification.md"])

    assert 'href="verification.md"' in html
    assert 'href="snippets/momentum.md"' in html
    assert [each.what for each in problems] == ['no note named "made.md"']


def test_a_link_is_placed_in_the_text_and_not_in_the_properties(build_index):
    text = '---\nup: "[[Nestrov]]"\n---\n\nSee [[Nestrov]].\n'
    index = build_index("", "docs/home.md")
    index.notes = {"docs/home.md": Note("docs/home.md", text)}
    md = Markdown(extensions=[LrnotesExtension(index=index, page="docs/home.md")])
    md.convert("See [[Nestrov]].")

    assert [each.place.line for each in index.records["docs/home.md"].problems] == [5]
