"""Two essays on one film that disagree: lists, counts, relations and coverage say which essay says what."""

import pytest

from tests.cases import each
from tests.lists import get_json, ids, items, total
from tests.two_essays import (
    FILM,
    FIRST,
    OTHER,
    SECOND_SOURCE,
    SOURCES,
    cross_relations,
    editors_entries,
    entries,
    ids_of,
    shown_entries,
    wrong_sources,
)

pytestmark = pytest.mark.any_database

TYPES = {"quotes": "quote", "commentary": "commentary"}
#: Everything that a list has: editors' notes and flagged items, too.
ALL = {"quotes": {"max_severity": "3"}, "commentary": {"max_severity": "3", "asserted_by": "any"}}


class TestLists:
    @each("name", TYPES)
    def test_the_filter_returns_the_entries_of_one_essay(self, essays, name):
        for source in SOURCES:
            expected = ids_of(source, TYPES[name])
            assert ids(essays, f"/v1/{name}", source=source, **ALL[name]) == expected
            assert ids(essays, f"/v1/sources/{source}/{name}", **ALL[name]) == expected
            assert ids(essays, f"/v1/films/{FILM}/{name}", source=source, **ALL[name]) == expected
            assert total(essays, f"/v1/{name}", source=source, **ALL[name]) == len(expected)

    @each("name", TYPES)
    def test_both_essays_together_are_the_film(self, essays, name):
        expected = set(entries(TYPES[name]))
        assert ids(essays, f"/v1/films/{FILM}/{name}", **ALL[name]) == expected
        assert ids(essays, f"/v1/{name}", film=FILM, source=",".join(SOURCES), **ALL[name]) == expected

    @each("name", TYPES)
    def test_facets_count_the_entries_of_each(self, essays, name):
        facets = get_json(essays, f"/v1/{name}", film=FILM, facets="source", limit=1, **ALL[name])["facets"]
        counts = {row["value"]: row["count"] for row in facets["source"]["values"]}
        assert counts == {source: len(ids_of(source, TYPES[name])) for source in SOURCES}

    @each("name", TYPES)
    def test_lists_do_not_mix_the_essays(self, essays, name):
        slugs = [item["id"] for item in items(essays, f"/v1/{name}", film=FILM, fields="id", **ALL[name])]
        owners = [entries(TYPES[name])[slug] for slug in slugs]
        assert owners == sorted(owners, key=SOURCES.index)

    @pytest.mark.parametrize("name", TYPES)
    def test_every_item_of_every_list_names_its_essay(self, essays, name):
        for url in (
            f"/v1/{name}",
            f"/v1/films/{FILM}/{name}",
            *(f"/v1/sources/{source}/{name}" for source in SOURCES),
        ):
            shown = items(essays, url, **ALL[name])
            assert [wrong for item in shown for wrong in wrong_sources(item)] == []
            assert all(item["source"]["id"] for item in shown)

    @each("source", SOURCES)
    def test_the_editors_entries_belong_to_the_essay_that_they_discuss(self, essays, source):
        expected = editors_entries() & ids_of(source, "commentary")
        assert len(expected) == 1
        assert ids(essays, "/v1/commentary", source=source, asserted_by="editor", max_severity=3) == expected

    @each("name", TYPES)
    def test_random_entries_are_of_the_essay(self, essays, name):
        for source in SOURCES:
            drawn = get_json(essays, f"/v1/{name}/random", source=source, count=20, seed="7", max_severity=3)[
                "data"
            ]
            assert {item["id"] for item in drawn} <= ids_of(source, TYPES[name])
            assert len(drawn) >= min(14, len(ids_of(source, TYPES[name])))

    @each("name", TYPES)
    def test_the_entry_of_the_day_is_of_the_essay(self, essays, name):
        for source in SOURCES:
            item = get_json(essays, f"/v1/{name}/daily/2026-11-30", source=source)
            assert item["id"] in ids_of(source, TYPES[name])
            assert wrong_sources(item) == []

    @each(("name", "key"), [("theme", "themes"), ("scene", "scenes"), ("character", "characters")])
    def test_other_filters_combine_with_it(self, essays, name, key):
        for source in SOURCES:
            shown = items(essays, "/v1/commentary", source=source, **ALL["commentary"])
            for slug in {part["id"] for item in shown for part in item[key]}:
                expected = {item["id"] for item in shown if slug in {part["id"] for part in item[key]}}
                found = ids(essays, "/v1/commentary", source=source, **{name: slug}, **ALL["commentary"])
                # A theme means itself and what is narrower.
                assert found >= expected if name == "theme" else found == expected
                assert found <= ids_of(source, "commentary")


class TestRelations:
    def test_the_essays_disagree_in_two_dozen_places_and_agree_in_some(self):
        kinds = [each.relation for each in cross_relations()]
        assert kinds.count("disputes") > 20
        assert kinds.count("supports") == 3
        assert {each.asserted_by for each in cross_relations()} == {"source", "editor"}

    def test_each_says_whose_claims_it_relates_on_both_sides(self, essays):
        for pair in cross_relations():
            said = (pair.relation, pair.asserted_by, pair.note)
            item = get_json(essays, f"/v1/commentary/{pair.subject}")
            (own,) = [row for row in item["relations"] if row["commentary"]["id"] == pair.object]
            assert (own["relation"], own["asserted_by"], own["note"]) == said
            assert (item["source"]["id"], own["source"]["id"]) == (SECOND_SOURCE, FIRST)
            for slug in (pair.subject, pair.object):
                rows = items(essays, f"/v1/commentary/{slug}/relations")
                (row,) = [
                    row
                    for row in rows
                    if (row["subject"]["id"], row["object"]["id"]) == (pair.subject, pair.object)
                ]
                assert (row["relation"], row["asserted_by"], row["note"]) == said
                assert (row["subject_source"]["id"], row["object_source"]["id"]) == (SECOND_SOURCE, FIRST)

    def test_every_other_relation_is_within_one_essay(self, essays):
        crossing = {(each.subject, each.object) for each in cross_relations()}
        for item in items(essays, "/v1/commentary", film=FILM, **ALL["commentary"]):
            for relation in item["relations"]:
                is_crossing = relation["source"]["id"] != item["source"]["id"]
                assert is_crossing == ((item["id"], relation["commentary"]["id"]) in crossing), item["id"]

    def test_relates_to_finds_what_the_other_essay_says_of_a_claim(self, essays):
        for target in {pair.object for pair in cross_relations()}:
            expected = {each.subject for each in cross_relations() if each.object == target}
            found = ids(
                essays, "/v1/commentary", relates_to=target, source=SECOND_SOURCE, **ALL["commentary"]
            )
            assert found == expected


class TestCoverage:
    @each("source", SOURCES)
    def test_a_source_is_covered_by_its_own_entries(self, essays, source):
        coverage = get_json(essays, f"/v1/sources/{source}/coverage")
        assert coverage["source"]["id"] == source
        assert coverage["quotes"] == total(essays, "/v1/quotes", source=source, max_severity=3)
        assert coverage["commentary"] == total(essays, "/v1/commentary", source=source, max_severity=3)
        assert coverage["scenes"] == total(essays, "/v1/scenes", source=source, max_severity=3)
        assert coverage["uncited_paragraphs"] == []
        for row in coverage["by_paragraph"]:
            cited = get_json(essays, f"/v1/sources/{source}/paragraphs/{row['number']}")["cited_by"]
            found = {each["id"] for each in cited if each["type"] in TYPES.values()}
            assert not found & (ids_of(OTHER[source], "quote") | ids_of(OTHER[source], "commentary"))

    def test_a_film_is_covered_by_both(self, essays):
        coverage = get_json(essays, f"/v1/films/{FILM}/coverage")
        assert coverage["quotes"] == len(entries("quote"))
        assert coverage["commentary"] == len(entries("commentary")) - len(editors_entries())
        by_source = {row["source"]["id"]: row["commentary"] for row in coverage["by_source"]}
        argued = set(entries("commentary")) - editors_entries()
        assert by_source == {source: len(argued & ids_of(source, "commentary")) for source in SOURCES}

    def test_the_theme_map_counts_the_entries_of_both(self, essays):
        theme_map = get_json(essays, f"/v1/films/{FILM}/theme-map")
        shown = {each for cell in theme_map["cells"] for each in cell["commentary"]}
        for source in SOURCES:
            placed = items(essays, "/v1/commentary", source=source, max_severity=3)
            assert {item["id"] for item in placed if item["scenes"]} <= shown


class TestNarration:
    def test_the_second_essay_has_its_own_cut_and_order(self, essays):
        parts = get_json(essays, f"/v1/sources/{SECOND_SOURCE}")["narration"]
        told = [[scene["id"] for scene in part["scenes"]] for part in parts]
        order = [scene["id"] for scene in items(essays, "/v1/scenes", film=FILM, fields="id")]
        assert told[0] == told[-1] == [order[-1]]  # it returns to the end
        assert ["her-2013-first-conversation", "her-2013-putting-his-files-in-order"] in told  # merged
        assert told.count(["her-2013-lunch-with-catherine"]) == 2  # split
        assert ["her-2013-the-talk-at-home", "casablanca-1942-the-airfield"] in told

    def test_the_scenes_stay_those_of_the_film(self, essays, client):
        own, both = (items(each, "/v1/scenes", film=FILM, fields="id,position") for each in (client, essays))
        assert own == both
        assert get_json(essays, f"/v1/sources/{FIRST}")["narration"] == []


class TestSearch:
    @each("q", ["mirror", "betrayal", "surrogate", "loneliness", "quarrel", "challenges"])
    def test_every_hit_is_of_its_essay(self, essays, q):
        hits = items(essays, "/v1/search", q=q, film=FILM, max_severity=3)
        shown = list(shown_entries(hits))
        assert [wrong for hit in shown for wrong in wrong_sources(hit)] == []
        assert all(hit["source"]["id"] for hit in shown)
        assert {hit["type"] for hit in shown} == set(TYPES.values())
        found = {hit["id"] for hit in hits if hit["type"] in TYPES.values()}
        facets = get_json(essays, "/v1/search", q=q, film=FILM, max_severity=3, limit=1)["facets"]
        counts = {row["value"]: row["count"] for row in facets["source"]["values"]}
        for source in SOURCES:
            own = found & (ids_of(source, "quote") | ids_of(source, "commentary"))
            of_source = items(essays, "/v1/search", q=q, film=FILM, source=source, max_severity=3)
            assert {hit["id"] for hit in of_source if hit["type"] in TYPES.values()} == own
            assert own
            assert counts[source] == len(of_source)


class TestComparison:
    SLUG = "her-2013-who-decides-the-parting"

    def test_it_concerns_both_films(self, essays):
        item = get_json(essays, f"/v1/commentary/{self.SLUG}")
        assert item["film"]["id"] == FILM
        assert [film["id"] for film in item["films"]] == [FILM, "casablanca-1942"]

    def test_it_is_listed_for_both(self, essays):
        for film in (FILM, "casablanca-1942"):
            assert self.SLUG in ids(essays, "/v1/commentary", film=film, source=SECOND_SOURCE, max_severity=3)

    def test_the_page_of_the_other_film_shows_the_part_that_tells_it(self, essays):
        page = essays.get("/films/casablanca-1942").text
        assert page.count("As told in") == 1
        assert page.count("tells the scenes in this order") == 1


class TestCritic:
    def test_the_words_of_a_critic_are_not_those_of_the_essay(self, essays):
        item = get_json(essays, "/v1/quotes/her-2013-arithmetic-done-in-tears")
        assert (item["attributed_to"], item["source"]["id"]) == ("A film critic", SECOND_SOURCE)
        others = items(essays, "/v1/quotes", film=FILM, max_severity=3)
        assert [each["id"] for each in others if each["attributed_to"]] == [item["id"]]
