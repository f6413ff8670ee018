"""Who asserts commentary: everything has what sources say, and the editors' own entries only if asked for."""

from functools import reduce

import pytest

from models import AssertedBy, Commentary
from tests.cases import each
from tests.lists import get_json

pytestmark = pytest.mark.any_database

FILM = "her-2013"
SOURCE = "her-perfection-is-the-enemy-of-real"
#: An entry about a scene that is about few entries, and that cites one paragraph.
NOTE = "her-2013-a-person-made-an-instrument"
PATH = f"/v1/commentary/{NOTE}"


@pytest.fixture
def noted(client_and_change):
    """A client over the pack, in which the editors assert one entry."""
    client, change = client_and_change
    change(Commentary, NOTE, asserted_by=AssertedBy.EDITOR)
    return client


def total(client, path):
    return get_json(client, f"{path}{'&' if '?' in path else '?'}count=true&limit=1")["page"]["total"]


def listed(client, path):
    """Return the ids in a list of up to a few pages."""
    ids, page = [], get_json(client, path)
    while True:
        ids += [item["id"] for item in page["data"]]
        if not page["page"]["next"]:
            return ids
        page = client.get(page["page"]["next"]).get_json()


class TestTheEntry:
    def test_it_says_whose_it_is(self, noted):
        assert get_json(noted, PATH)["asserted_by"] == "editor"
        assert (
            get_json(noted, "/v1/commentary/her-2013-perfection-opposes-reality")["asserted_by"] == "source"
        )

    def test_its_urls_work(self, noted):
        assert get_json(noted, f"/v1/commentary?id={NOTE}")["data"][0]["id"] == NOTE
        assert noted.get(f"{PATH}/relations").status_code == 200
        for extension in ("txt", "md", "bib", "json", "jsonld"):
            assert noted.get(f"{PATH}.{extension}").status_code == 200

    def test_formats_name_the_editors(self, noted):
        for extension in ("txt", "md", "bib", "jsonld"):
            text = noted.get(f"{PATH}.{extension}").text
            assert "Editors’ note by Subtext" in text
            assert "report of what is argued" not in text
        assert "appearance" not in noted.get(f"{PATH}.jsonld").get_json(force=True)

    def test_references_to_it_are_expanded(self, noted):
        path = f"/v1/commentary?relates_to={NOTE}&include=relations&limit=1"
        page = get_json(noted, path)
        if page["data"]:
            targets = [each["commentary"] for each in page["data"][0]["relations"]]
            assert next(each for each in targets if each["id"] == NOTE)["asserted_by"] == "editor"


LISTS = [
    "/v1/commentary",
    "/v1/commentary?sort=title",
    "/v1/commentary?sort=-updated_at",
    f"/v1/films/{FILM}/commentary",
    f"/v1/sources/{SOURCE}/commentary",
    "/v1/commentary?max_severity=3",
    "/v1/commentary?q=surrogate",
    "/v1/commentary?advisory=demeaning-language",
    "/v1/commentary?kind=interpretation,moral-argument,psychology,social-commentary,character-analysis",
]


class TestLists:
    @each("path", LISTS)
    def test_the_editors_entries_are_returned_on_request(self, noted, client, path):
        separator = "&" if "?" in path else "?"
        before = listed(client, f"{path}{separator}limit=50")
        by_default, source, editor, any_ = (
            listed(noted, f"{path}{separator}limit=50{query}")
            for query in ("", *(f"&asserted_by={value}" for value in ("source", "editor", "any")))
        )
        assert NOTE in before
        assert by_default == source == [slug for slug in before if slug != NOTE]
        assert set(editor) == {NOTE, *listed(client, f"{path}{separator}asserted_by=editor")}
        assert sorted(any_) == sorted(source + editor)

    @each("path", [*LISTS, *(f"{path}{'&' if '?' in path else '?'}asserted_by=any" for path in LISTS)])
    def test_counts_are_those_of_the_list(self, noted, path):
        assert total(noted, path) == len(listed(noted, path))

    def test_lists_of_its_scenes_and_themes_leave_it_out(self, noted):
        editors = set(listed(noted, "/v1/commentary?asserted_by=editor"))
        item = get_json(noted, PATH)
        for collection, references in (("scenes", item["scenes"]), ("themes", item["themes"])):
            for reference in references:
                path = f"/v1/{collection}/{reference['id']}/commentary"
                assert NOTE not in listed(noted, path)
                assert NOTE in listed(noted, f"{path}?asserted_by=any")
                assert NOTE in listed(noted, f"{path}?asserted_by=editor")
                assert editors >= set(listed(noted, f"{path}?asserted_by=editor"))
                included = get_json(noted, f"/v1/{collection}/{reference['id']}?include=commentary")
                assert NOTE not in [entry["id"] for entry in included["commentary"]]

    def test_several_themes_leave_it_out_too(self, noted):
        themes = ",".join(theme["id"] for theme in get_json(noted, PATH)["themes"])
        path = f"/v1/commentary?theme={themes},loneliness&limit=100"
        assert NOTE not in listed(noted, path)
        assert NOTE in listed(noted, f"{path}&asserted_by=any")
        assert NOTE in listed(noted, f"{path}&asserted_by=editor")

    def test_facets_count_what_the_list_has(self, noted):
        path = "/v1/commentary?facets=kind,theme&limit=1"
        for query in ("", "&asserted_by=any", "&asserted_by=editor"):
            facets = get_json(noted, path + query)["facets"]
            number = total(noted, f"/v1/commentary?{query}")
            assert sum(value["count"] for value in facets["kind"]["values"]) == number

    def test_an_unknown_value_is_refused(self, client):
        response = client.get("/v1/commentary?asserted_by=essay")
        assert response.status_code == 422
        assert "asserted_by" in response.text


class TestRandomAndDaily:
    def test_random_entries_are_the_sources(self, noted):
        path = "/v1/commentary/random?count=50&max_severity=3&theme=intimacy-by-proxy"
        drawn = [entry["id"] for seed in "abc" for entry in get_json(noted, f"{path}&seed={seed}")["data"]]
        assert drawn
        assert NOTE not in drawn
        assert NOTE in [entry["id"] for entry in get_json(noted, f"{path}&asserted_by=any&seed=a")["data"]]
        assert NOTE in [entry["id"] for entry in get_json(noted, f"{path}&asserted_by=editor")["data"]]

    def test_the_entry_of_the_day_is_the_sources(self, noted):
        path = "/v1/commentary/daily?date=2026-11-24&max_severity=3"
        assert get_json(noted, path)["asserted_by"] == "source"
        assert get_json(noted, f"{path}&asserted_by=editor")["asserted_by"] == "editor"


class TestCounts:
    def test_counts_of_content_leave_it_out(self, noted, client):
        for path, keys in (
            ("/v1/meta", ("content", "counts", "commentary")),
            (f"/v1/films/{FILM}/coverage", ("commentary",)),
            (f"/v1/sources/{SOURCE}/coverage", ("commentary",)),
        ):
            before, after = (reduce(dict.__getitem__, keys, get_json(each, path)) for each in (client, noted))
            assert after == before - 1

    def test_coverage_counts_the_editors_on_request(self, noted, client):
        for path in (f"/v1/films/{FILM}/coverage", f"/v1/sources/{SOURCE}/coverage"):
            any_ = get_json(noted, f"{path}?asserted_by=any")
            assert any_ == get_json(client, f"{path}?asserted_by=any")
            editors = get_json(noted, f"{path}?asserted_by=editor")["commentary"]
            assert editors + get_json(noted, path)["commentary"] == any_["commentary"]

    def test_the_theme_map_and_related_themes_follow(self, noted, client):
        theme = get_json(noted, PATH)["themes"][0]["id"]
        for path in (f"/v1/films/{FILM}/theme-map", f"/v1/themes/{theme}/related?limit=100"):
            separator = "&" if "?" in path else "?"
            assert get_json(noted, path) != get_json(client, path)
            any_ = f"{path}{separator}asserted_by=any"
            assert get_json(noted, any_) == get_json(client, any_)

    def test_paragraphs_are_cited_by_what_the_source_says(self, noted):
        number = get_json(noted, PATH)["citations"][0]["paragraphs"][0]
        paragraph = get_json(noted, f"/v1/sources/{SOURCE}/paragraphs/{number}")
        assert NOTE not in [reference["id"] for reference in paragraph["cited_by"]]


class TestSearch:
    def test_hits_are_the_sources_unless_asked(self, noted):
        path = "/v1/search?q=surrogate&type=commentary&limit=100"
        by_default, editor, any_ = (
            {hit["id"]: hit["asserted_by"] for hit in get_json(noted, path + query)["data"]}
            for query in ("", "&asserted_by=editor", "&asserted_by=any")
        )
        assert NOTE not in by_default
        assert editor[NOTE] == "editor"
        assert any_ == by_default | editor

    def test_an_excluded_word_is_excluded_too(self, noted):
        path = "/v1/search?q=surrogate -instrument&limit=100"
        assert NOTE not in [hit["id"] for hit in get_json(noted, path)["data"]]


class TestPages:
    def test_the_film_page_shows_it_as_the_editors(self, noted):
        html = noted.get(f"/films/{FILM}").text
        _, _, notes = html.partition("Editors’ notes</h3>")
        assert "<b>Editors’ note</b>" in notes
        assert f'id="{NOTE}"' in notes
        assert html.count(f'id="{NOTE}"') == 1

    def test_other_pages_leave_it_out(self, noted):
        item = get_json(noted, PATH)
        for path in (
            *(f"/scenes/{scene['id']}" for scene in item["scenes"]),
            *(f"/themes/{theme['id']}" for theme in item["themes"]),
            *(f"/characters/{character['id']}" for character in item["characters"]),
        ):
            assert f'id="{NOTE}"' not in noted.get(path).text


class TestChanges:
    def test_an_entry_may_change_hands(self, client_and_change):
        client, change = client_and_change
        before = total(client, "/v1/commentary")
        for asserted_by, number in ((AssertedBy.EDITOR, before - 1), (AssertedBy.SOURCE, before)):
            change(Commentary, NOTE, asserted_by=asserted_by)
            assert total(client, "/v1/commentary") == number
            assert get_json(client, "/v1/meta")["content"]["counts"]["commentary"] == number
