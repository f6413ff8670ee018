"""Coverage of films and sources, and related themes: their numbers are those of the lists."""

import pytest

from models import Alias, CommentaryKind, Film, Source, Status, Theme, film_coverage, theme_counts
from models.revision import change_set
from tests.cases import each
from tests.lists import get_json, ids, items, total
from tests.statements import selects, statements
from tests.storing import STORED

ESSAY = "her-perfection-is-the-enemy-of-real"
FILM, SOURCE = "/v1/films/her-2013/coverage", f"/v1/sources/{ESSAY}/coverage"
RELATED, MAP = "/v1/themes/loneliness/related", "/v1/films/her-2013/theme-map"
COLLECTIONS = ("scenes", "quotes", "commentary")
#: The number of statements of each URL, including the one for the film, the source or the theme.
STATEMENT_COUNTS = {FILM: 5, SOURCE: 4, RELATED: 3, MAP: 4}


def select_counts(counts):
    return {name: counts[name] for name in COLLECTIONS}


def totals(client, **query):
    """Return the totals of the lists of scenes, quotes and commentary."""
    return {name: total(client, f"/v1/{name}", **query) for name in COLLECTIONS}


def totals_by_theme(client, **query):
    """Return the totals of the lists for each theme with any items."""
    totals_ = {slug: totals(client, theme_all=slug, **query) for slug in ids(client, "/v1/themes")}
    return {slug: counts for slug, counts in totals_.items() if any(counts.values())}


def cited_paragraphs(client, film):
    """Return the source and the number of every paragraph that the items of a film cite."""
    return {
        (citation["source"]["id"], number)
        for name in COLLECTIONS
        for item in items(client, f"/v1/{name}", film=film)
        for citation in item["citations"]
        for number in citation["paragraphs"]
    }


class TestFilm:
    @pytest.fixture
    def films(self, anyone):
        return {slug: get_json(anyone, f"/v1/films/{slug}/coverage") for slug in ids(anyone, "/v1/films")}

    def test_the_first_keys_are_compatible(self, client):
        body = get_json(client, FILM)
        assert list(body)[:3] == ["type", "film", "relation"]
        expected = {"characters": 18, "scenes": 38, "quotes": 29, "commentary": 114, "relation": "exact"}
        assert {name: body[name] for name in expected} == expected
        assert body["film"]["id"] == "her-2013"

    def test_its_totals_are_those_of_the_lists(self, anyone, films):
        for slug, body in films.items():
            for name in ("characters", *COLLECTIONS):
                assert body[name] == total(anyone, f"/v1/{name}", film=slug)

    def test_totals_by_theme_are_those_of_the_lists(self, anyone, films):
        for slug, body in films.items():
            actual = {entry["theme"]["id"]: select_counts(entry) for entry in body["by_theme"]}
            assert actual == totals_by_theme(anyone, film=slug)

    def test_scenes_are_in_order_with_the_totals_of_the_lists(self, anyone, films):
        for slug, body in films.items():
            scenes = items(anyone, "/v1/scenes", film=slug)
            assert [entry["scene"]["id"] for entry in body["by_scene"]] == [scene["id"] for scene in scenes]
            for entry in body["by_scene"]:
                for name in ("quotes", "commentary"):
                    assert entry[name] == total(anyone, f"/v1/{name}", scene=entry["scene"]["id"])

    def test_scenes_without_quotes_and_commentary_are_listed(self, films):
        for body in films.values():
            uncovered = [
                entry["scene"] for entry in body["by_scene"] if not entry["quotes"] + entry["commentary"]
            ]
            assert body["uncovered_scenes"] == uncovered

    def test_every_kind_is_counted(self, anyone, films):
        for slug, body in films.items():
            expected = [
                {
                    "kind": kind.value,
                    "commentary": total(anyone, "/v1/commentary", film=slug, kind=kind.value),
                }
                for kind in CommentaryKind
            ]
            assert body["by_kind"] == expected

    def test_sources_have_the_number_of_cited_paragraphs(self, anyone, films):
        for slug, body in films.items():
            cited = cited_paragraphs(anyone, slug)
            actual = {entry["source"]["id"]: entry["cited_paragraphs"] for entry in body["by_source"]}
            assert set(actual) == ids(anyone, "/v1/sources", film=slug) | {source for source, _ in cited}
            assert actual == {source: sum(source_ == source for source_, _ in cited) for source in actual}
            assert list(actual) == sorted(actual)

    def test_fields_and_include_apply(self, client):
        body = get_json(client, FILM, fields="quotes", include="film")
        assert list(body) == ["type", "film", "quotes"]
        assert body["film"] == get_json(client, "/v1/films/her-2013")

    def test_a_truncated_response_says_so(self, client, monkeypatch):
        monkeypatch.setattr(film_coverage, "MAX_SCENES", 5)
        body = get_json(client, FILM)
        assert (len(body["by_scene"]), body["relation"], body["scenes"]) == (5, "at-least", 38)


class TestSource:
    @pytest.fixture
    def sources(self, anyone):
        return {slug: get_json(anyone, f"/v1/sources/{slug}/coverage") for slug in ids(anyone, "/v1/sources")}

    def test_its_totals_are_those_of_the_lists(self, anyone, sources):
        for slug, body in sources.items():
            assert select_counts(body) == totals(anyone, source=slug)

    def test_totals_by_theme_are_those_of_the_lists(self, anyone, sources):
        for slug, body in sources.items():
            actual = {entry["theme"]["id"]: select_counts(entry) for entry in body["by_theme"]}
            assert actual == totals_by_theme(anyone, source=slug)

    def test_paragraphs_have_the_number_of_citing_entries(self, anyone, sources):
        types = {"scenes": "scene", "quotes": "quote", "commentary": "commentary"}
        for slug, body in sources.items():
            paragraphs = items(anyone, f"/v1/sources/{slug}/paragraphs")
            expected = [
                {"number": paragraph["number"], "kind": paragraph["kind"]}
                | {
                    name: sum(entry["type"] == type_ for entry in paragraph["cited_by"])
                    for name, type_ in types.items()
                }
                for paragraph in paragraphs
            ]
            assert body["by_paragraph"] == expected

    def test_uncited_paragraphs_follow_from_the_counts(self, sources):
        for body in sources.values():
            bodies = [entry for entry in body["by_paragraph"] if entry["kind"] == "body"]
            uncited = [entry["number"] for entry in bodies if not any(select_counts(entry).values())]
            cited = len(bodies) - len(uncited)
            assert body["uncited_paragraphs"] == uncited
            assert (body["paragraphs"], body["body_paragraphs"]) == (len(body["by_paragraph"]), len(bodies))
            assert body["cited_body_paragraphs"] == cited
            assert body["percent_cited"] == (100 * cited // len(bodies) if bodies else None)


class TestRelatedThemes:
    @pytest.fixture
    def themes(self, anyone):
        return {item["id"]: item for item in items(anyone, "/v1/themes")}

    def test_counts_are_those_of_lists_with_both_themes(self, anyone, themes):
        for slug in sorted(themes)[:6]:
            hierarchy_ids = {
                theme["id"] for theme in (themes[slug]["broader"], *themes[slug]["narrower"]) if theme
            }
            expected = totals_by_theme(anyone, theme=slug)
            response = get_json(anyone, f"/v1/themes/{slug}/related", limit=100)
            assert {theme["id"]: select_counts(theme) for theme in response["data"]} == {
                other: counts for other, counts in expected.items() if other not in {slug, *hierarchy_ids}
            }
            related_ids = {theme["id"] for theme in themes[slug]["related"]}
            assert all(theme["is_related"] == (theme["id"] in related_ids) for theme in response["data"])

    def test_they_are_sorted_by_count(self, client):
        page = get_json(client, RELATED, limit=100)
        order = [(-theme["count"], theme["id"]) for theme in page["data"]]
        assert order == sorted(order)
        assert all(theme["count"] == sum(select_counts(theme).values()) for theme in page["data"])
        first = get_json(client, RELATED, limit=4)
        assert first["data"] == page["data"][:4]
        expected_page = {
            "limit": 4,
            "next": None,
            "previous": None,
            "next_cursor": None,
            "previous_cursor": None,
            "total": len(order),
            "total_relation": "exact",
        }
        assert first["page"] == expected_page

    def test_film_filters_them(self, client):
        assert get_json(client, RELATED, film="her-2013") == get_json(client, RELATED)
        assert get_json(client, RELATED, film="no-such-film")["data"] == []

    def test_a_truncated_response_says_so(self, client, monkeypatch):
        monkeypatch.setattr(theme_counts, "MAX_THEMES", 3)
        assert get_json(client, RELATED)["page"]["total_relation"] == "at-least"


@pytest.mark.parametrize("path", STATEMENT_COUNTS)
class TestEveryComputedResponse:
    def test_it_takes_the_same_few_statements(self, app, client, path):
        with statements(app.extensions["database"].engine) as recorded:
            get_json(client, path)
        assert len(selects(recorded)) == STATEMENT_COUNTS[path]

    def test_it_is_cacheable_and_supports_conditional_requests(self, client, path):
        first = client.get(path)
        assert first.headers["Cache-Control"].startswith("public, max-age=60")
        second = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (second.status_code, second.data, second.headers["ETag"]) == (304, b"", first.headers["ETag"])
        assert client.get(path, headers={"If-Match": '"another"'}).status_code == 412
        assert client.get(path, headers={"Accept": "text/html"}).status_code == 406

    @each("query", ["x=1", "limit=0", "limit=٣", "fields=nothing", "max_severity=4", "film=A"])
    def test_an_invalid_parameter_is_refused_with_the_allowed_ones(self, client, path, query):
        error = client.get(f"{path}?{query}").get_json()["errors"][0]
        allowed = client.get(f"{path}?-=1").get_json()["errors"][0]["allowed"]
        assert query.split("=")[0] in allowed or error["allowed"] == allowed

    def test_a_hidden_parent_is_404_410_or_308(self, packed_client, path):
        for slug, status in (("nowhere", 404), ("draft", 404), ("deleted", 410), ("renamed", 308)):
            response = packed_client.get("/".join([*path.split("/")[:3], slug, path.split("/")[4]]))
            assert response.status_code == status
        assert response.headers["Location"].endswith(path)


@pytest.fixture(scope="module")
def packed_client(engine, make_app):
    """A client over the pack, with a draft, a deleted and a renamed parent for every path."""
    parents = {Film: "her-2013", Source: ESSAY, Theme: "loneliness"}
    with engine.fresh("pack") as url, make_app(url) as app:
        with app.extensions["database"].write_session() as session, change_set(session, "maker", at=STORED):
            for model, slug in parents.items():
                original = model.by_slug(session, slug)
                session.add(Alias(type_name=model.type_name, slug="renamed", resource_id=original.id))
                columns = {c.key: getattr(original, c.key) for c in model.__table__.columns if c.key != "id"}
                session.add(model(**columns | {"slug": "draft", "status": Status.DRAFT}))
                session.add(model(**columns | {"slug": "deleted", "deleted_at": STORED}))
        yield app.test_client()
