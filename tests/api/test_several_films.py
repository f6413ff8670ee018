"""Commentary that concerns several films: found by each of them, listed once, and counted as it is listed."""

import itertools

import pytest
from sqlalchemy import select

from api.app import create_app
from api.core.config import Settings
from models import Commentary, Film, Scene, Status
from models.database import Database
from tests.conftest import STATEMENT_SECONDS
from tests.seeds.packs import SECOND, load_packs

HER, OTHER = "her-2013", "casablanca-1942"
#: Two entries on each film that are compared with the other one, and the scenes there of the first two.
COMPARED = {
    f"{OTHER}-a-trade-in-everything": f"{HER}-lunch-with-catherine",
    f"{HER}-perfection-opposes-reality": f"{OTHER}-paris",
    f"{OTHER}-memory-edits": None,
    f"{HER}-theodore-as-the-avoidant-type": None,
}


def compare(database):
    """Load the second pack, and give entries of both films further films."""
    load_packs(database, SECOND)
    with database.write_session() as session:
        films = [Film.by_slug(session, slug) for slug in (HER, OTHER)]
        for slug, scene in COMPARED.items():
            entry = Commentary.by_slug(session, slug)
            entry.further_films = [film for film in films if film is not entry.film]
            if scene:
                entry.scenes.append(Scene.by_slug(session, scene))


@pytest.fixture(scope="module")
def client(engine):
    """A client over both packs, whose films are compared."""
    with engine.fresh("pack") as url:
        database = Database(url)
        compare(database)
        database.close()
        app = create_app(Settings(database_url=url, statement_seconds=STATEMENT_SECONDS, cache_bytes=0))
        yield app.test_client()
        app.extensions["database"].close()


@pytest.fixture
def changed(packed, client_and_change):
    """A client over such a database of its own, and a function that changes an item."""
    compare(packed)
    return client_and_change


def read(client, url):
    response = client.get(url)
    assert response.status_code == 200, response.text
    return response.get_json()


def everything(client, query="", limit=100):
    """Return all entries of a list, read a page at a time."""
    url, entries = f"/v1/commentary?limit={limit}&{query}", []
    while url:
        page = read(client, url)
        entries += page["data"]
        url = page["page"]["next"]
    return entries


def ids(entries):
    return [entry["id"] for entry in entries]


def films_of(entry):
    return [film["id"] for film in entry["films"]]


class TestFilms:
    def test_the_first_is_the_film(self, client):
        entries = everything(client)
        assert all(entry["films"][0] == entry["film"] for entry in entries)
        assert {
            entry["id"]: len(entry["films"]) for entry in entries if len(entry["films"]) > 1
        } == dict.fromkeys(COMPARED, 2)

    def test_they_are_expanded_on_request(self, client):
        [slug, *_] = COMPARED
        item = read(client, f"/v1/commentary/{slug}?include=films&fields=films")
        assert item["films"] == [read(client, f"/v1/films/{film}") for film in (OTHER, HER)]

    def test_an_entry_has_scenes_of_any_of_them(self, client):
        for slug, scene in COMPARED.items():
            item = read(client, f"/v1/commentary/{slug}")
            assert scene is None or scene in ids(item["scenes"])

    def test_a_hidden_film_is_left_out(self, changed, packed):
        client, change = changed
        slug = f"{HER}-perfection-opposes-reality"
        assert films_of(read(client, f"/v1/commentary/{slug}")) == [HER, OTHER]
        change(Film, OTHER, status=Status.DRAFT)
        assert films_of(read(client, f"/v1/commentary/{slug}")) == [HER]
        assert everything(client, f"film={OTHER}") == []
        assert read(client, f"/v1/search?q=perfection&film={OTHER}")["page"]["total"] == 0
        assert OTHER not in client.get(f"/v1/commentary/{slug}?include=films").text
        with packed.write_session() as session:
            session.scalars(select(Film).where(Film.slug == OTHER)).one().status = Status.PUBLISHED
        assert slug in ids(everything(client, f"film={OTHER}"))
        assert slug in ids(read(client, f"/v1/search?q=perfection&film={OTHER}&limit=100")["data"])


FILTERS = [
    {},
    {"kind": "interpretation,thesis"},
    {"max_severity": "0"},
    {"theme": "avoidance"},
    {"theme": "avoidance,loneliness"},
    {"theme_all": "avoidance"},
    {"theme_all": "avoidance,vulnerability"},
    {"asserted_by": "any"},
    {"scene": f"{HER}-lunch-with-catherine,{OTHER}-paris"},
    {"relation": "supports"},
    {"advisory": "spoiler"},
    {"q": "essay"},
]


@pytest.mark.nightly
@pytest.mark.parametrize("filters", FILTERS, ids=str)
@pytest.mark.parametrize("films", [[HER], [OTHER], [HER, OTHER]], ids=",".join)
class TestFilter:
    def test_a_list_has_what_concerns_any_of_the_films(self, client, films, filters):
        query = "&".join(f"{name}={value}" for name, value in filters.items())
        unfiltered = everything(client, query)
        expected = [entry["id"] for entry in unfiltered if set(films) & set(films_of(entry))]
        assert expected or "theme_all" in filters
        by_film = f"film={','.join(films)}&{query}"
        assert ids(everything(client, by_film)) == expected
        assert ids(everything(client, by_film, limit=2)) == expected
        page = read(client, f"/v1/commentary?{by_film}&count=true&limit=1")["page"]
        assert (page["total"], page["total_relation"]) == (len(expected), "exact")

    @pytest.mark.parametrize("sort", ["-title", "created_at,-id", "-position"])
    def test_in_any_order(self, client, films, filters, sort):
        query = "&".join(f"{name}={value}" for name, value in filters.items())
        unfiltered = everything(client, f"{query}&sort={sort}")
        expected = [entry["id"] for entry in unfiltered if set(films) & set(films_of(entry))]
        url = f"film={','.join(films)}&{query}&sort={sort}"
        assert ids(everything(client, url, limit=7)) == expected


class TestCounts:
    def test_a_facet_counts_what_the_list_would(self, client):
        for query in (
            "",
            "theme=avoidance",
            "kind=interpretation",
            f"film={HER}",
            "asserted_by=any",
            "q=essay",
        ):
            facet = read(client, f"/v1/commentary?facets=film&limit=1&{query}")["facets"]["film"]
            assert facet["values"]
            entries = everything(client, query)
            for value in facet["values"]:
                assert value["count"] == sum(value["value"] in films_of(entry) for entry in entries), query

    def test_other_facets_count_entries_of_both_places(self, client):
        facets = read(client, f"/v1/commentary?film={HER}&facets=kind,theme,scene&limit=1")["facets"]
        kinds = [entry["kind"] for entry in everything(client, f"film={HER}")]
        assert {value["value"]: value["count"] for value in facets["kind"]["values"]} == {
            kind: kinds.count(kind) for kind in kinds
        }
        scenes = {value["value"]: value["count"] for value in facets["scene"]["values"]}
        on_paris = everything(client, f"film={HER}&scene={OTHER}-paris")
        assert scenes[f"{OTHER}-paris"] == len(on_paris) > 0

    @pytest.mark.parametrize("film", [HER, OTHER])
    def test_coverage_counts_what_the_lists_have(self, client, film):
        coverage = read(client, f"/v1/films/{film}/coverage")
        entries = everything(client, f"film={film}")
        assert coverage["commentary"] == len(entries)
        by_kind = {row["kind"]: row["commentary"] for row in coverage["by_kind"]}
        assert sum(by_kind.values()) == len(entries)
        for row in coverage["by_theme"]:
            listed = everything(client, f"film={film}&theme={row['theme']['id']}")
            assert row["commentary"] == len(listed), row["theme"]["id"]
        sources = {row["source"]["id"]: row["cited_paragraphs"] for row in coverage["by_source"]}
        cited = {
            (citation["source"]["id"], number)
            for entry in entries
            for citation in entry["citations"]
            for number in citation["paragraphs"]
        }
        for source, numbers in itertools.groupby(sorted(cited), key=lambda pair: pair[0]):
            assert sources[source] >= len(list(numbers))

    def test_a_theme_map_has_entries_on_scenes_of_a_further_film(self, client):
        cells = read(client, f"/v1/films/{OTHER}/theme-map")["cells"]
        slugs = [slug for cell in cells for slug in cell["commentary"]]
        assert f"{HER}-perfection-opposes-reality" in str(slugs)


@pytest.mark.any_database
class TestOtherReads:
    def test_random_entries_come_from_both_places(self, client):
        drawn = read(client, f"/v1/commentary/random?film={OTHER}&count=20&max_severity=3&seed=a")["data"]
        assert set(ids(drawn)) == set(ids(everything(client, f"film={OTHER}")))

    def test_a_film_includes_them(self, client):
        included = read(client, f"/v1/films/{OTHER}?include=commentary")["commentary"]
        assert ids(included) == ids(everything(client, f"film={OTHER}"))

    def test_nested_lists_have_them(self, client):
        nested = read(client, f"/v1/films/{OTHER}/commentary?limit=100")["data"]
        assert ids(nested) == ids(everything(client, f"film={OTHER}"))

    def test_a_search_finds_them_by_each_film(self, client):
        for film in (HER, OTHER):
            hits = read(client, f"/v1/search?q=perfection&type=commentary&film={film}&limit=100")
            expected = everything(client, f"film={film}&q=perfection")
            assert expected
            assert sorted(ids(hits["data"])) == sorted(ids(expected))
            counts = {value["value"]: value["count"] for value in hits["facets"]["film"]["values"]}
            assert counts[film] == hits["page"]["total"]

    def test_a_hit_has_the_first_film(self, client):
        hits = read(client, f"/v1/search?q=perfection&type=commentary&film={OTHER}&limit=100")["data"]
        films = {hit["id"]: hit["film"]["id"] for hit in hits}
        assert films[f"{HER}-perfection-opposes-reality"] == HER

    @pytest.mark.parametrize("film", [HER, OTHER])
    def test_the_page_of_each_film_shows_them(self, client, film):
        html = client.get(f"/films/{film}").text
        for slug in COMPARED:
            assert f'id="{slug}"' in html, slug

    def test_linked_data_is_about_both_films(self, client):
        slug = f"{HER}-perfection-opposes-reality"
        about = client.get(f"/v1/commentary/{slug}?format=json-ld").get_json(force=True)["about"]
        movies = [each["@id"].rpartition("/")[2] for each in about if each["@type"] == "Movie"]
        assert movies == [HER, OTHER]
        parts = {each["@id"]: each["isPartOf"]["@id"] for each in about if each["@type"] == "Clip"}
        [paris] = [film for scene, film in parts.items() if scene.endswith("-paris")]
        assert paris.endswith(OTHER)

    def test_attributions_name_both_films(self, client):
        text = client.get(f"/v1/commentary/{HER}-perfection-opposes-reality?format=markdown").text
        assert "on Her (2013) and Casablanca (1942)" in text
