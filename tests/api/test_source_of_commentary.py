"""Commentary belongs to one source: two sources on one film, told apart in items, filters, facets and relations."""

import re

import pytest

from models import (
    AssertedBy,
    Character,
    Commentary,
    Film,
    Paragraph,
    ParagraphKind,
    Quote,
    Relation,
    Source,
    SourceKind,
    Status,
)
from tests.cases import each
from tests.lists import get_json

FILM = "her-2013"
ESSAY, REPLY = "her-perfection-is-the-enemy-of-real", "her-a-reply"
#: Two claims of the essay that the reply makes instead here: a thesis, and one that extends it.
THESIS, CLAIM = "her-2013-a-logical-conclusion", "her-2013-not-a-betrayal"
#: Whom the thesis is about.
CHARACTER = "her-2013-theodore"
#: A claim of the essay.
OTHER = "her-2013-perfection-opposes-reality"
COLLECTIONS = {"commentary": "commentary", "quote": "quotes", "scene": "scenes", "character": "characters"}


def add_reply(session):
    """Add a second source on the film; two claims become its own. Its thesis disputes one of the essay's."""
    reply = Source(slug=REPLY, label="A reply", kind=SourceKind.REVIEW, title="A reply", language="en")
    reply.rights, reply.sha256 = "Its author's.", "0" * 64
    reply.paragraphs = [
        Paragraph(number=number, kind=ParagraphKind.BODY, word_count=9, sha256=f"{number:064x}")
        for number in (1, 2)
    ]
    reply.films = [Film.by_slug(session, FILM)]
    thesis, claim, other = (Commentary.by_slug(session, slug) for slug in (THESIS, CLAIM, OTHER))
    for number, (entry, relation, target) in enumerate(
        ((thesis, Relation.DISPUTES, other), (claim, Relation.EXTENDS, thesis))
    ):
        related = {"relation": relation, "target": target, "asserted_by": AssertedBy.SOURCE, "note": None}
        citation = {"source": reply, "cited": [reply.paragraphs[number]]}
        entry.assign({"citations": [citation], "relations": [related]})
    thesis.assign({"characters": [Character.by_slug(session, CHARACTER)]})


@pytest.fixture
def client(packed, client_and_change):
    """A client over the pack with two sources on one film."""
    with packed.write_session() as session:
        add_reply(session)
    return client_and_change[0]


def cite_both(database):
    """Make a claim of the reply a note of the editors, which cites the essay first."""
    with database.write_session() as session:
        essay, reply = (Source.by_slug(session, slug) for slug in (ESSAY, REPLY))
        citations = [{"source": source, "cited": source.paragraphs[:1]} for source in (essay, reply)]
        values = {"asserted_by": AssertedBy.EDITOR, "source": reply, "citations": citations}
        Commentary.by_slug(session, CLAIM).assign(values)


def ids(client, path):
    """Return the ids of all items of a list."""
    found, page = set(), get_json(client, f"{path}{'&' if '?' in path else '?'}limit=100")
    while True:
        found |= {item["id"] for item in page["data"]}
        if not page["page"]["next"]:
            return found
        page = client.get(page["page"]["next"]).get_json()


class TestItem:
    def test_it_names_its_source(self, client):
        sources = {slug: get_json(client, f"/v1/commentary/{slug}")["source"] for slug in (CLAIM, OTHER)}
        assert {slug: source["id"] for slug, source in sources.items()} == {CLAIM: REPLY, OTHER: ESSAY}
        assert sources[CLAIM] == {
            "type": "source",
            "id": REPLY,
            "label": "A reply",
            "url": f"http://127.0.0.1:8000/v1/sources/{REPLY}",
        }

    def test_the_source_may_be_selected_and_expanded(self, client):
        item = get_json(client, f"/v1/commentary/{CLAIM}?fields=source&include=source")
        assert item.keys() == {"type", "id", "source"}
        assert item["source"]["paragraph_count"] == 2

    def test_it_is_null_while_the_source_is_not_public(self, client_and_change, client):
        client_and_change[1](Source, REPLY, status=Status.DRAFT)
        item = get_json(client, f"/v1/commentary/{CLAIM}")
        assert (item["source"], item["citations"]) == (None, [])


class TestRelations:
    def test_each_says_whose_claim_is_at_its_other_end(self, client):
        (relation,) = get_json(client, f"/v1/commentary/{THESIS}")["relations"]
        assert (relation["relation"], relation["commentary"]["id"]) == ("disputes", OTHER)
        assert (relation["source"]["id"], relation["asserted_by"]) == (ESSAY, "source")
        (relation,) = get_json(client, f"/v1/commentary/{CLAIM}")["relations"]
        assert (relation["commentary"]["id"], relation["source"]["id"]) == (THESIS, REPLY)

    def test_lists_of_relations_name_both_sources(self, client):
        path = f"/v1/commentary/{OTHER}/relations?subject={THESIS}"
        (relation,) = get_json(client, path)["data"]
        assert (relation["subject_source"]["id"], relation["object_source"]["id"]) == (REPLY, ESSAY)
        (relation,) = get_json(client, f"{path}&include=subject_source")["data"]
        assert relation["subject_source"]["kind"] == "review"
        assert "kind" not in relation["object_source"]


LISTS = [
    "/v1/commentary",
    "/v1/commentary?sort=title",
    "/v1/commentary?sort=-updated_at",
    "/v1/commentary?max_severity=3",
    "/v1/commentary?asserted_by=any",
    "/v1/commentary?q=essay",
    "/v1/commentary?theme=loneliness,love",
    f"/v1/films/{FILM}/commentary",
]


class TestFilter:
    @each("path", LISTS)
    def test_it_means_the_source_that_an_entry_belongs_to(self, client, path):
        separator = "&" if "?" in path else "?"
        everything = ids(client, path)
        of_essay, of_reply, of_both = (
            ids(client, f"{path}{separator}source={source}") for source in (ESSAY, REPLY, f"{ESSAY},{REPLY}")
        )
        assert of_reply == everything & {THESIS, CLAIM}
        assert of_essay == everything - of_reply
        assert of_both == everything

    def test_an_editors_entry_belongs_to_one_source_of_those_that_it_cites(self, packed, client):
        cite_both(packed)
        assert CLAIM in ids(client, f"/v1/sources/{REPLY}/commentary?asserted_by=any")
        assert CLAIM not in ids(client, f"/v1/sources/{ESSAY}/commentary?asserted_by=any")
        assert len(get_json(client, f"/v1/commentary/{CLAIM}")["citations"]) == 2

    def test_random_and_daily_entries_are_of_the_source(self, client):
        drawn = get_json(client, f"/v1/commentary/random?source={REPLY}&count=5&seed=a&max_severity=3")
        assert {item["id"] for item in drawn["data"]} == {THESIS, CLAIM}
        daily = get_json(client, f"/v1/commentary/daily?source={REPLY}&date=2026-11-28&max_severity=3")
        assert daily["source"]["id"] == REPLY

    @each("path", LISTS)
    def test_the_facet_counts_what_the_filter_returns(self, client, path):
        separator = "&" if "?" in path else "?"
        counts = get_json(client, f"{path}{separator}facets=source,kind&limit=1")["facets"]["source"][
            "values"
        ]
        for value in counts:
            listed = get_json(client, f"{path}{separator}source={value['value']}&count=true&limit=1")
            assert listed["page"]["total"] == value["count"]
        assert {value["value"] for value in counts} <= {ESSAY, REPLY}

    def test_coverage_counts_the_entries_of_the_source(self, client):
        assert get_json(client, f"/v1/sources/{REPLY}/coverage")["commentary"] == 2
        assert len(ids(client, f"/v1/sources/{REPLY}/commentary")) == 2
        by_source = get_json(client, f"/v1/films/{FILM}/coverage")["by_source"]
        counts = {each["source"]["id"]: each["commentary"] for each in by_source}
        expected = {slug: len(ids(client, f"/v1/commentary?source={slug}")) for slug in (ESSAY, REPLY)}
        assert counts == expected


@pytest.mark.any_database
class TestFormats:
    @each("extension", ["txt", "md", "bib", "ris", "csl.json", "jsonld", "anno.jsonld"])
    def test_a_claim_is_cited_from_its_own_source_alone(self, client, extension):
        for slug, own, other in (
            (CLAIM, "A reply", "Perfection is the Enemy"),
            (OTHER, "Perfection", "A reply"),
        ):
            text = client.get(f"/v1/commentary/{slug}.{extension}").text
            if extension != "anno.jsonld":
                assert own in text
            assert other not in text.replace(get_json(client, f"/v1/commentary/{slug}")["text"], "")

    def test_a_note_of_the_editors_is_on_the_source_that_it_discusses(self, packed, client):
        cite_both(packed)
        note = "Editors’ note by Subtext on “A reply” (n.d.), para. 1, on Her (2013)"
        assert note in client.get(f"/v1/commentary/{CLAIM}.txt").text
        based_on = client.get(f"/v1/commentary/{CLAIM}.jsonld").get_json(force=True)["isBasedOn"]
        assert [work["@id"].rpartition("/")[2] for work in based_on] == [REPLY, ESSAY]
        first, second = re.findall(r"@\w+\{([^,]+),", client.get(f"/v1/commentary/{CLAIM}.bib").text)
        assert (first, second) == (f"{CLAIM}-{REPLY}", f"{CLAIM}-{ESSAY}")


@pytest.mark.any_database
class TestPages:
    """Pages group or label commentary by source as soon as there are several."""

    def sections(self, client, path, heading="h3"):
        """Return the text of a page before the first name of a source, and below each name."""
        before, *parts = re.split(rf'<{heading} class="argues"[^>]*>', client.get(path).text)
        names = (part.partition(f" argues</{heading}>") for part in parts)
        return before, {name.removeprefix("<bdi>").removesuffix("</bdi>"): text for name, _, text in names}

    def test_a_film_has_an_argument_for_each_source(self, client):
        _, sections = self.sections(client, f"/films/{FILM}")
        assert list(sections) == ["The Wall of Wisdom", "A reply"]
        essay, reply = sections.values()
        for slug, section in ((OTHER, essay), (THESIS, reply), (CLAIM, reply)):
            assert [f'id="{slug}"' in each for each in (essay, reply)] == [section is essay, section is reply]
        assert 'aria-label="Outline of A reply"' in reply
        assert f'<a class="number" href="#{CLAIM}">1.1</a>' in reply

    def test_a_dispute_across_sources_shapes_no_tree_and_is_shown_on_both_sides(self, client):
        _, sections = self.sections(client, f"/films/{FILM}")
        essay, reply = sections.values()
        label = {slug: get_json(client, f"/v1/commentary/{slug}")["label"] for slug in (THESIS, OTHER)}
        where = '</a><span class="tie">, in <bdi>{}</bdi></span>'
        assert (
            f'disputes</span> <a href="#{OTHER}">{label[OTHER]}{where.format("The Wall of Wisdom")}' in reply
        )
        assert f'disputed by</span> <a href="#{THESIS}">{label[THESIS]}{where.format("A reply")}' in essay
        assert f'<a class="number" href="#{THESIS}">1</a>' in reply

    def test_theme_maps_name_the_source_of_each_entry(self, client):
        html = client.get(f"/films/{FILM}").text
        scene = get_json(client, f"/v1/commentary/{CLAIM}")["scenes"][0]["id"]
        assert f'/scenes/{scene}#{CLAIM}">' in html
        (name,) = set(re.findall(rf'#{CLAIM}">[^<]*</a> <span class="tie">\(<bdi>(.*?)</bdi>\)', html))
        assert name == "A reply"

    def test_scenes_group_commentary_by_source(self, client):
        scene = get_json(client, f"/v1/commentary/{CLAIM}")["scenes"][0]["id"]
        before, sections = self.sections(client, f"/scenes/{scene}")
        assert "Commentary reports what its sources argue." in before
        assert f'id="{CLAIM}"' in sections["A reply"]
        assert f'id="{CLAIM}"' not in sections["The Wall of Wisdom"]

    def test_themes_group_the_commentary_of_each_scene_by_source(self, client):
        theme = get_json(client, f"/v1/commentary/{THESIS}")["themes"][0]["id"]
        html = client.get(f"/themes/{theme}").text
        below = html.partition(f'id="{THESIS}"')[0].rpartition('class="argues">')[2]
        assert below.startswith("<bdi>A reply</bdi> argues")
        relation = f'disputes <a href="/films/{FILM}#{OTHER}">'
        assert re.search(re.escape(relation) + "[^<]*</a>, in <bdi>The Wall of Wisdom</bdi>", html)

    def test_characters_group_commentary_by_source(self, client):
        _, sections = self.sections(client, f"/characters/{CHARACTER}")
        assert [f"#{THESIS}" in section for section in sections.values()] == [
            name == "A reply" for name in sections
        ]

    def test_quotes_group_commentary_by_source(self, packed, client):
        quote = "her-2013-perfection-is-not-real"
        with packed.write_session() as session:
            Commentary.by_slug(session, CLAIM).assign({"quotes": [Quote.by_slug(session, quote)]})
        before, sections = self.sections(client, f"/quotes/{quote}")
        assert "It reports what its sources argue" in before
        assert f'id="{CLAIM}"' in sections["A reply"]
        assert f'id="{OTHER}"' in sections["The Wall of Wisdom"]

    def test_names_tell_sources_of_one_publication_apart(self, client_and_change, client):
        client_and_change[1](Source, REPLY, publication="The Wall of Wisdom", author="A. Reader")
        _, sections = self.sections(client, f"/films/{FILM}")
        assert list(sections) == ["Her: Perfection is the Enemy of Real", "A. Reader"]

    def test_the_editors_say_of_which_source_they_speak(self, client_and_change, client):
        client_and_change[1](Commentary, CLAIM, asserted_by=AssertedBy.EDITOR)
        html = client.get(f"/films/{FILM}").text
        assert "It is no claim of a source." in html
        note = (
            html.partition(f'<article class="commentary core" id="{CLAIM}">')[2]
            or html.partition(f'id="{CLAIM}"')[2]
        )
        assert "<b>Editors’ note</b> on <bdi>A reply</bdi>" in note

    @each(
        "path", [f"/films/{FILM}", "/scenes/her-2013-lunch-with-catherine", "/characters/her-2013-catherine"]
    )
    def test_one_source_alone_is_named_in_the_introduction(self, app, path):
        html = app.test_client().get(path).text
        assert 'class="argues"' not in html
        assert "<bdi>The Wall of Wisdom</bdi> argues" in html or path.startswith("/characters")


class TestSearch:
    def hits(self, client, query):
        return get_json(client, f"/v1/search?limit=100&{query}")

    def test_hits_of_commentary_name_their_source(self, client):
        data = self.hits(client, "q=essay&type=commentary")["data"]
        sources = {hit["id"]: hit["source"]["id"] for hit in data}
        assert {slug: source for slug, source in sources.items() if source != ESSAY} == dict.fromkeys(
            sources.keys() & {THESIS, CLAIM}, REPLY
        )
        assert THESIS in sources

    def test_the_filter_and_the_facet_mean_what_lists_mean(self, client):
        for source in (ESSAY, REPLY):
            results = self.hits(client, f"q=essay&source={source}")
            assert {value["value"] for value in results["facets"]["source"]["values"]} == {source}
            for hit in results["data"]:
                assert hit["id"] in ids(
                    client, f"/v1/{COLLECTIONS[hit['type']]}?source={source}&id={hit['id']}"
                )
        counts = self.hits(client, "q=essay")["facets"]["source"]["values"]
        for value in counts:
            assert self.hits(client, f"q=essay&source={value['value']}")["page"]["total"] == value["count"]

    def test_a_source_keeps_its_hits_under_a_new_id(self, client_and_change, client):
        before = self.hits(client, f"q=essay&source={REPLY}")["page"]["total"]
        client_and_change[1](Source, REPLY, slug="her-another-reply")
        assert before > 0
        assert self.hits(client, "q=essay&source=her-another-reply")["page"]["total"] == before
        assert self.hits(client, f"q=essay&source={REPLY}")["page"]["total"] == 0

    def test_an_unknown_source_is_named_in_the_notice(self, client):
        assert "her-no-source" in self.hits(client, "q=essay&source=her-no-source")["notice"]
