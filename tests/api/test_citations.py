"""Citations as BibTeX, RIS, CSL-JSON and formatted references, each read by an independent parser."""

import json
import re
from functools import cache
from pathlib import Path

import citeproc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pybtex.database import parse_string
from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db

from tests.cases import each
from tests.forms import (
    CLAIM,
    HOSTILE,
    PUBLICATION,
    QUOTE,
    SOURCE,
    STYLES,
    collapse_spaces,
    expanded_item,
    hypothesis_settings,
    make_quote,
    render,
    with_source,
)

pytestmark = pytest.mark.any_database

RIS_LINE = re.compile(r"[A-Z][A-Z0-9]  - .*")
SOURCE_KINDS = ["essay", "review", "book", "talk"]
# The LaTeX commands for ASCII characters that the decoder does not know.
LATEX_COMMANDS = {
    "textbraceleft": "{",
    "textbraceright": "}",
    "textless": "<",
    "textgreater": ">",
    "textasciicircum": "^",
}


@pytest.fixture(params=[QUOTE, CLAIM, SOURCE])
def item(request, client):
    return expanded_item(client, request.param)


@pytest.fixture
def source(client):
    return expanded_item(client, SOURCE)


def decode_latex(text):
    """Return the text that TeX would print."""
    context = get_default_latex_context_db()
    macros = [MacroTextSpec(*command) for command in LATEX_COMMANDS.items()]
    context.add_context_category("ascii", macros=macros, prepend=True)
    return LatexNodes2Text(latex_context=context).latex_to_text(text)


def unquoted(text):
    """Return the text without quotation marks and full stops, which styles place."""
    return re.sub(r"[“”„«»‘’‚‹›\"'. ]", "", text)


@cache
def csl_names(kind):
    """Return the types or variables of CSL, from the schema that the citation processor contains."""
    lists = Path(citeproc.DATA_PATH, "schema", "schemas", "styles", f"csl-{kind}.rnc").read_text()
    return set(re.findall(r'"([\w-]+)"', lists))


class TestBibTeX:
    def test_the_source_is_cited_by_its_publication(self, item):
        entry = parse_string(render("bibtex", item), "bibtex").entries[item["id"]]
        assert entry.type == "article"
        assert entry.fields["year"] == "n.d."
        assert [str(person) for person in entry.persons["author"]] == [f"{{{PUBLICATION}}}"]

    def test_several_sources_are_several_entries(self, client):
        quote = expanded_item(client, QUOTE)
        citations = quote["citations"] + with_source(quote, id="another-source")["citations"]
        entries = parse_string(render("bibtex", quote | {"citations": citations}), "bibtex").entries
        assert list(entries) == [f"{quote['id']}-{citation['source']['id']}" for citation in citations]

    @each("kind", SOURCE_KINDS)
    def test_every_kind_has_its_date(self, source, kind):
        (entry,) = parse_string(
            render("bibtex", source | {"kind": kind, "published_on": "2023-05-07"}), "bibtex"
        ).entries.values()
        assert [entry.fields[part] for part in ("year", "month", "day")] == ["2023", "5", "7"]

    @hypothesis_settings
    @given(text=HOSTILE)
    def test_text_is_preserved(self, text):
        (entry,) = parse_string(render("bibtex", make_quote(text)), "bibtex").entries.values()
        assert collapse_spaces(decode_latex(entry.fields["annote"])) == collapse_spaces(text)
        assert collapse_spaces(decode_latex(entry.fields["journal"])) == collapse_spaces(text)

    def test_each_special_character_of_tex_is_escaped(self):
        (entry,) = parse_string(render("bibtex", make_quote("_ # $ % &")), "bibtex").entries.values()
        assert r"\_ \# \$ \% \&" in entry.fields["annote"]


class TestRIS:
    def test_the_source_is_cited_with_its_paragraphs(self, item):
        lines = render("ris", item).split("\r\n")
        assert {"TY  - MGZN", f"ID  - {item['id']}", f"AU  - {PUBLICATION}"} <= set(lines)
        assert ("N1  - paras. 3, 43" in lines) == (item["type"] == "commentary")

    @each("kind", SOURCE_KINDS)
    def test_every_kind_has_its_date(self, source, kind):
        lines = render("ris", source | {"kind": kind, "published_on": "2023-05-07"}).split("\r\n")
        assert {"PY  - 2023", "DA  - 2023/05/07"} <= set(lines)

    @hypothesis_settings
    @given(text=HOSTILE)
    def test_text_stays_on_its_line(self, text):
        *lines, end = render("ris", make_quote(text)).split("\r\n")
        assert (lines[0], lines[-1], end) == ("TY  - MGZN", "ER  - ", "")
        assert all(RIS_LINE.fullmatch(line) for line in lines)
        assert f"N1  - Text: {collapse_spaces(text)}" in lines


class TestCSL:
    def test_every_key_and_type_is_in_the_standard(self, item):
        (entry,) = json.loads(render("csl-json", item))
        assert entry["type"] in csl_names("types")
        assert set(entry) <= csl_names("variables") | {"id", "type", "custom"}

    @each("kind", SOURCE_KINDS)
    def test_every_kind_has_its_date(self, source, kind):
        (entry,) = json.loads(render("csl-json", source | {"kind": kind, "published_on": "2023-05-07"}))
        assert entry["type"] in csl_names("types")
        assert entry["issued"] == {"date-parts": [[2023, 5, 7]]}

    def test_the_source_is_cited_with_its_paragraphs(self, client):
        (entry,) = json.loads(render("csl-json", expanded_item(client, CLAIM)))
        assert entry["locator"] == "paras. 3, 43"
        assert entry["custom"]["paragraphs"] == [3, 43]
        assert "issued" not in entry

    @hypothesis_settings
    @given(text=HOSTILE)
    def test_text_is_preserved(self, text):
        (entry,) = json.loads(render("csl-json", make_quote(text)))
        assert entry["custom"]["text"] == entry["author"][0]["literal"] == collapse_spaces(text)


@pytest.mark.parametrize("style", STYLES)
class TestFormattedReferences:
    def test_a_source_without_author_and_date_is_its_publications_undated(self, source, style):
        reference = render(style, source)
        assert reference.startswith(f"{PUBLICATION}. ")
        assert "n.d." in reference
        assert reference.count(PUBLICATION) == 1

    @each("kind", SOURCE_KINDS)
    def test_a_source_without_a_publication_is_cited_by_its_title_once(self, source, style, kind):
        reference = render(style, source | {"publication": None, "kind": kind})
        assert reference.lstrip("“").startswith(source["title"])
        assert reference.count(source["title"]) == 1

    @each("kind", SOURCE_KINDS)
    def test_every_kind_has_its_date_or_n_d(self, source, style, kind):
        assert "n.d." in render(style, source | {"kind": kind})
        assert "1888" in render(style, source | {"kind": kind, "published_on": "1888-01-31"})

    def test_references_follow_their_styles(self, source, style):
        details = {"author": "A Critic", "title": "Why?", "subtitle": None, "publication": "The Paper"}
        publication_details = {"published_on": "2023-05-07", "source_url": "https://paper.example/why"}
        assert (
            render(style, source | details | publication_details)
            == {
                "apa": "A Critic. (2023, May 7). Why? The Paper. https://paper.example/why\n",
                "mla": "A Critic. “Why?” The Paper, 7 May 2023, https://paper.example/why.\n",
                "chicago": "A Critic. 2023. “Why?” The Paper, May 7. https://paper.example/why.\n",
            }[style]
        )

    @hypothesis_settings
    @given(text=HOSTILE)
    def test_text_is_unchanged_on_one_line(self, style, text):
        reference, *rest = render(style, make_quote(text)).split("\n")
        assert unquoted(reference).count(unquoted(collapse_spaces(text))) >= 2
        assert len(rest) == 2

    @hypothesis_settings
    @given(day=st.dates())
    def test_any_date_can_be_rendered(self, style, day):
        dated = with_source(make_quote("A"), published_on=day.isoformat())
        assert str(day.year) in render(style, dated)
