"""What there is of a film and of a source, and which themes come together: numbers of the lists themselves."""

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
NOUNS = ("scenes", "quotes", "commentary")
#: How many statements each takes, that for the film, the source or the theme among them.
COMPUTED = {FILM: 5, SOURCE: 4, RELATED: 3, MAP: 4}


def numbers(counted):
    return {name: counted[name] for name in NOUNS}


def totals(client, **query):
    """Return how many scenes, quotes and claims the lists have."""
    return {name: total(client, f"/v1/{name}", **query) for name in NOUNS}


def by_theme(client, **query):
    """Return what the lists have for each theme there is anything about."""
    found = {slug: totals(client, theme_all=slug, **query) for slug in ids(client, "/v1/themes")}
    return {slug: counted for slug, counted in found.items() if any(counted.values())}


def paragraphs_cited(client, film):
    """Return the source and the number of every paragraph that is cited for a film."""
    return {
        (citation["source"]["id"], number)
        for name in NOUNS
        for item in items(client, f"/v1/{name}", film=film)
        for citation in item["citations"]
        for number in citation["paragraphs"]
    }


class TestFilm:
    @pytest.fixture
    def films(self, anyone):
        return {slug: get_json(anyone, f"/v1/films/{slug}/coverage") for slug in ids(anyone, "/v1/films")}

    def test_the_first_keys_are_what_they_were(self, client):
        body = get_json(client, FILM)
        assert list(body)[:3] == ["type", "film", "relation"]
        whole = {"characters": 18, "scenes": 38, "quotes": 30, "commentary": 124, "relation": "exact"}
        assert {name: body[name] for name in whole} == whole
        assert body["film"]["id"] == "her-2013"

    def test_its_totals_are_those_of_the_lists(self, anyone, films):
        for slug, body in films.items():
            for name in ("characters", *NOUNS):
                assert body[name] == total(anyone, f"/v1/{name}", film=slug)

    def test_themes_have_what_the_lists_have(self, anyone, films):
        for slug, body in films.items():
            found = {one["theme"]["id"]: numbers(one) for one in body["by_theme"]}
            assert found == by_theme(anyone, film=slug)

    def test_scenes_come_in_order_with_what_the_lists_have(self, anyone, films):
        for slug, body in films.items():
            scenes = items(anyone, "/v1/scenes", film=slug)
            assert [one["scene"]["id"] for one in body["by_scene"]] == [scene["id"] for scene in scenes]
            for one in body["by_scene"]:
                for name in ("quotes", "commentary"):
                    assert one[name] == total(anyone, f"/v1/{name}", scene=one["scene"]["id"])

    def test_scenes_of_which_there_is_nothing_are_named(self, films):
        for body in films.values():
            bare = [one["scene"] for one in body["by_scene"] if not one["quotes"] + one["commentary"]]
            assert body["uncovered_scenes"] == bare

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

    def test_sources_say_how_much_of_them_is_cited(self, anyone, films):
        for slug, body in films.items():
            cited = paragraphs_cited(anyone, slug)
            found = {one["source"]["id"]: one["cited_paragraphs"] for one in body["by_source"]}
            assert set(found) == ids(anyone, "/v1/sources", film=slug) | {source for source, _ in cited}
            assert found == {source: sum(of == source for of, _ in cited) for source in found}
            assert list(found) == sorted(found)

    def test_fields_and_the_film_can_be_asked_for(self, client):
        body = get_json(client, FILM, fields="quotes", include="film")
        assert list(body) == ["type", "film", "quotes"]
        assert body["film"] == get_json(client, "/v1/films/her-2013")

    def test_what_is_cut_is_said(self, client, monkeypatch):
        monkeypatch.setattr(film_coverage, "MAX_SCENES", 5)
        body = get_json(client, FILM)
        assert (len(body["by_scene"]), body["relation"], body["scenes"]) == (5, "at-least", 38)


class TestSource:
    @pytest.fixture
    def sources(self, anyone):
        return {slug: get_json(anyone, f"/v1/sources/{slug}/coverage") for slug in ids(anyone, "/v1/sources")}

    def test_its_totals_are_those_of_the_lists(self, anyone, sources):
        for slug, body in sources.items():
            assert numbers(body) == totals(anyone, source=slug)

    def test_themes_have_what_the_lists_have(self, anyone, sources):
        for slug, body in sources.items():
            found = {one["theme"]["id"]: numbers(one) for one in body["by_theme"]}
            assert found == by_theme(anyone, source=slug)

    def test_paragraphs_have_what_cites_them(self, anyone, sources):
        types = {"scenes": "scene", "quotes": "quote", "commentary": "commentary"}
        for slug, body in sources.items():
            listed = items(anyone, f"/v1/sources/{slug}/paragraphs")
            expected = [
                {"number": paragraph["number"], "kind": paragraph["kind"]}
                | {
                    name: sum(one["type"] == type_ for one in paragraph["cited_by"])
                    for name, type_ in types.items()
                }
                for paragraph in listed
            ]
            assert body["by_paragraph"] == expected

    def test_what_nothing_cites_follows_from_its_body(self, sources):
        for body in sources.values():
            bodies = [one for one in body["by_paragraph"] if one["kind"] == "body"]
            bare = [one["number"] for one in bodies if not any(numbers(one).values())]
            cited = len(bodies) - len(bare)
            assert body["uncited_paragraphs"] == bare
            assert (body["paragraphs"], body["body_paragraphs"]) == (len(body["by_paragraph"]), len(bodies))
            assert body["cited_body_paragraphs"] == cited
            assert body["percent_cited"] == (100 * cited // len(bodies) if bodies else None)


class TestRelatedThemes:
    @pytest.fixture
    def themes(self, anyone):
        return {item["id"]: item for item in items(anyone, "/v1/themes")}

    def test_each_has_what_the_lists_have_of_both(self, anyone, themes):
        for slug in sorted(themes)[:6]:
            kept = {one["id"] for one in (themes[slug]["broader"], *themes[slug]["narrower"]) if one}
            expected = by_theme(anyone, theme=slug)
            found = get_json(anyone, f"/v1/themes/{slug}/related", limit=100)
            assert {one["id"]: numbers(one) for one in found["data"]} == {
                other: counted for other, counted in expected.items() if other not in {slug, *kept}
            }
            akin = {one["id"] for one in themes[slug]["related"]}
            assert all(one["is_related"] == (one["id"] in akin) for one in found["data"])

    def test_the_first_come_together_most_often(self, client):
        page = get_json(client, RELATED, limit=100)
        order = [(-one["count"], one["id"]) for one in page["data"]]
        assert order == sorted(order)
        assert all(one["count"] == sum(numbers(one).values()) for one in page["data"])
        first = get_json(client, RELATED, limit=4)
        assert first["data"] == page["data"][:4]
        whole = {"limit": 4, "next": None, "previous": None, "total": len(order), "total_relation": "exact"}
        assert first["page"] == whole

    def test_a_film_narrows_it(self, client):
        assert get_json(client, RELATED, film="her-2013") == get_json(client, RELATED)
        assert get_json(client, RELATED, film="no-such-film")["data"] == []

    def test_what_is_cut_is_said(self, client, monkeypatch):
        monkeypatch.setattr(theme_counts, "MAX_THEMES", 3)
        assert get_json(client, RELATED)["page"]["total_relation"] == "at-least"


@pytest.mark.parametrize("path", COMPUTED)
class TestEveryComputedAnswer:
    def test_it_takes_the_same_few_statements(self, app, client, path):
        with statements(app.extensions["database"].engine) as seen:
            get_json(client, path)
        assert len(selects(seen)) == COMPUTED[path]

    def test_it_is_conditional_and_may_be_kept(self, client, path):
        first = client.get(path)
        assert first.headers["Cache-Control"].startswith("public, max-age=60")
        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
        assert client.get(path, headers={"If-Match": '"another"'}).status_code == 412
        assert client.get(path, headers={"Accept": "text/html"}).status_code == 406

    @each("query", ["x=1", "limit=0", "limit=٣", "fields=nothing", "max_severity=4", "film=A"])
    def test_what_it_does_not_take_is_refused_with_what_it_takes(self, client, path, query):
        fault = client.get(f"{path}?{query}").get_json()["errors"][0]
        known = client.get(f"{path}?-=1").get_json()["errors"][0]["allowed"]
        assert query.split("=")[0] in known or fault["allowed"] == known

    def test_a_parent_that_is_not_there_is_said_so(self, packed_client, path):
        for slug, status in (("nowhere", 404), ("draft", 404), ("deleted", 410), ("renamed", 308)):
            response = packed_client.get("/".join([*path.split("/")[:3], slug, path.split("/")[4]]))
            assert response.status_code == status
        assert response.headers["Location"].endswith(path)


@pytest.fixture(scope="module")
def packed_client(engine, make_app):
    """A client over the pack, in which the parents of every path have fared otherwise, too."""
    parents = {Film: "her-2013", Source: ESSAY, Theme: "loneliness"}
    with engine.fresh("pack") as url, make_app(url) as app:
        with app.extensions["database"].write_session() as session, change_set(session, "maker", at=STORED):
            for model, slug in parents.items():
                kept = model.by_slug(session, slug)
                session.add(Alias(type_name=model.type_name, slug="renamed", resource_id=kept.id))
                columns = {c.key: getattr(kept, c.key) for c in model.__table__.columns if c.key != "id"}
                session.add(model(**columns | {"slug": "draft", "status": Status.DRAFT}))
                session.add(model(**columns | {"slug": "deleted", "deleted_at": STORED}))
        yield app.test_client()
