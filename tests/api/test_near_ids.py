"""Ids that do not exist: which public ids are near, in errors, in notices of empty lists and on pages."""

import pytest
from sqlalchemy import insert

from models import RESOURCES, Film, Quote, Status
from tests.cases import each
from tests.lists import get_json
from tests.storing import STORED

BASE = "http://127.0.0.1:8000"
WIFE = "her-2013-a-wife-without-the-challenges"
#: The path of an item, with an id that a person may type, and the id that was meant.
MISTYPED = [
    ("/v1/films/{}", "her", "her-2013"),
    ("/v1/films/{}", "hr-2013", "her-2013"),
    ("/v1/films/{}", "herr-2013", "her-2013"),
    ("/v1/films/{}", "ehr-2013", "her-2013"),
    ("/v1/films/{}", "her-2014", "her-2013"),
    ("/v1/films/{}", "her-2013-film", "her-2013"),
    ("/v1/films/{}/scenes", "her", "her-2013"),
    ("/v1/films/{}/coverage", "her2013", "her-2013"),
    ("/v1/quotes/{}", "her-a-wife-without-the-challenges", WIFE),
    ("/v1/quotes/{}", "a-wife-without-the-challenges", WIFE),
    ("/v1/quotes/{}", "her-2014-a-wife-without-the-challenges", WIFE),
    ("/v1/quotes/{}", "her-1999-a-wife-without-the-challenges", WIFE),
    ("/v1/quotes/{}.bib", "her-2013-a-wife-withut-the-challenges", WIFE),
    ("/v1/quotes/{}/commentary", "her-2013-a-wiife-without-the-challenges", WIFE),
    ("/v1/scenes/{}", "her-2013-lunch-with-katherine", "her-2013-lunch-with-catherine"),
    ("/v1/characters/{}/quotes", "her-2013-catehrine", "her-2013-catherine"),
    ("/v1/characters/{}", "her-catherine", "her-2013-catherine"),
    ("/v1/themes/{}", "lonely", "loneliness"),
    ("/v1/themes/{}/related", "lonelines", "loneliness"),
    ("/v1/advisories/{}", "sexual-contents", "sexual-content"),
    ("/v1/sources/{}/paragraphs/1", "her-perfection-is-the-enemy", "her-perfection-is-the-enemy-of-real"),
    ("/quotes/{}", "her-2013-a-wife-without-the-chalenges", WIFE),
    ("/films/{}", "her", "her-2013"),
    ("/themes/{}", "avoidence", "avoidance"),
    ("/quotes/{}/card.svg", "her-2013-a-wife-without-challenges", WIFE),
]


class TestItems:
    @each(("path", "typed", "meant"), MISTYPED)
    def test_a_404_has_the_url_that_was_meant(self, client, path, typed, meant):
        response = client.get(path.format(typed))
        detail = response.get_json()["detail"]
        assert response.status_code == 404
        assert f"has the id “{typed}”. Did you mean “{meant}”" in detail
        assert f"{BASE}{path.format(meant)}" in detail
        assert client.get(path.format(meant)).status_code == 200

    def test_every_single_typing_error_is_undone(self, client):
        for model in RESOURCES:
            path, right = f"/v1/{model.__tablename__}", model.example_id
            middle = len(right) // 2
            for typed in (
                right[:middle] + right[middle + 1 :],
                right[0] + right,
                right[1] + right[0] + right[2:],
                right[:-1],
            ):
                detail = client.get(f"{path}/{typed}").get_json()["detail"]
                assert f"{BASE}{path}/{right}" in detail, typed

    @each("typed", ["zzz", "her-2013-no-such-line", "x" * 80, "x" * 81, "1", "casablanca-1942-play-it"])
    def test_an_id_that_is_near_nothing_has_no_suggestion(self, client, typed):
        detail = client.get(f"/v1/quotes/{typed}").get_json()["detail"]
        assert detail.endswith("”.")
        assert "Did you mean" not in detail

    def test_at_most_two_are_named(self, client):
        detail = client.get("/v1/quotes/her-2013").get_json()["detail"]
        assert detail.count(f"{BASE}/v1/quotes/") == 3

    def test_only_the_id_in_the_path_is_replaced(self, client):
        detail = client.get("/v1/themes/theme/quotes").get_json()["detail"]
        assert f"{BASE}/v1/themes/theme" not in detail

    def test_a_page_links_to_what_was_meant(self, client):
        response = client.get("/films/her", headers={"Accept": "text/html"})
        assert response.status_code == 404
        assert f'<a href="{BASE}/films/her-2013">' in response.text

    def test_oembed_names_what_was_meant(self, client):
        url = f"{BASE}/quotes/her-2013-a-wife-without-challenges"
        response = client.get("/oembed", query_string={"url": url})
        assert response.status_code == 404
        assert response.get_json()["detail"].endswith(f"Did you mean “{WIFE}”?")


class TestNotices:
    @each(
        ("path", "notice"),
        [
            ("/v1/quotes?film=her", "No film has the id “her”. Did you mean “her-2013”?"),
            (
                "/v1/quotes?film=her&facets=theme&count=true",
                "No film has the id “her”. Did you mean “her-2013”?",
            ),
            ("/v1/quotes?film=nowhere", "No film has the id “nowhere”."),
            (
                "/v1/films/her-2013/quotes?theme=lonelines",
                "No theme has the id “lonelines”. Did you mean “loneliness”?",
            ),
            ("/v1/quotes?theme_all=avoidance,lovee", "No theme has the id “lovee”."),
            (
                "/v1/quotes?speaker=catherine",
                "No character has the id “catherine”. Did you mean “her-2013-catherine”?",
            ),
            (f"/v1/commentary?quote={WIFE}s", f"No quote has the id “{WIFE}s”. Did you mean “{WIFE}”?"),
            (f"/v1/quotes?id={WIFE}s", f"No quote has the id “{WIFE}s”. Did you mean “{WIFE}”?"),
            ("/v1/themes?broader=lonelines", "No theme has the id “lonelines”. Did you mean “loneliness”?"),
            (
                "/v1/quotes?advisory=sexual-contents",
                "No advisory has the id “sexual-contents”. Did you mean “sexual-content”?",
            ),
            (
                "/v1/quotes?film=her,him",
                "No film has the id “her”. Did you mean “her-2013”? No film has the id “him”.",
            ),
            ("/v1/quotes/random?film=her", "No film has the id “her”. Did you mean “her-2013”?"),
            ("/v1/themes/loneliness/related?film=her", "No film has the id “her”. Did you mean “her-2013”?"),
            ("/v1/search?q=love&film=her", "No film has the id “her”. Did you mean “her-2013”?"),
            (
                "/v1/search?q=love&theme=lonelines",
                "No theme has the id “lonelines”. Did you mean “loneliness”?",
            ),
            # Nothing is wrong with these.
            ("/v1/quotes", None),
            (
                "/v1/quotes?film=her-2013&kind=dialogue&theme=perfection-versus-reality&max_severity=0&q=zebra",
                None,
            ),
            ("/v1/quotes?film=her,her-2013&limit=1", None),
            ("/v1/quotes?exclude_advisory=nothing&limit=1", None),
        ],
    )
    def test_an_empty_list_names_ids_that_do_not_exist(self, client, path, notice):
        body = get_json(client, path)
        assert body["notice"] == notice
        assert not notice or body["data"] == []

    def test_at_most_two_are_named(self, client):
        notice = get_json(client, "/v1/quotes?film=" + ",".join("abcdefgh"))["notice"]
        assert notice.count("No film has the id") == 2

    def test_a_daily_item_has_it_in_its_error(self, client):
        response = client.get("/v1/quotes/daily?film=her&date=2026-11-23")
        assert response.status_code == 404
        assert response.get_json()["detail"] == (
            "No matching item had been added by 2026-11-23. No film has the id “her”. Did you mean “her-2013”?"
        )

    @each(
        ("path", "accept"),
        [
            ("/quotes/random?film=her", "application/json"),
            ("/quotes/daily/2026-11-23?film=her", "text/html"),
            ("/embed/quotes/daily?film=her", "text/html"),
            ("/embed/quotes/random?seed=a&about=avoidance&film=her", "text/html"),
        ],
    )
    def test_frames_and_redirects_have_it(self, client, path, accept):
        response = client.get(path, headers={"Accept": accept})
        assert response.status_code == 404
        assert "No quote matches. No film has the id “her”. Did you mean “her-2013”?" in response.text

    def test_a_frame_calls_its_theme_about(self, client):
        text = client.get("/embed/quotes/random?about=avoidence&theme=dark").text
        assert "No theme has the id “avoidence”. Did you mean “avoidance”?" in text

    @each(
        ("q", "notice"),
        [
            ("", "nothing to search for"),
            (" ", "nothing to search for"),
            ("…", "nothing to search for"),
            ("-love", "only excludes words"),
            ("a*", "is too short"),
            ("lonelness", "Did you mean “loneliness”?"),
            ("feer of lonelness", "Did you mean “"),
        ],
    )
    def test_a_search_text_without_matches_is_explained(self, client, q, notice):
        for path in ("/v1/quotes", "/v1/themes", "/v1/films/her-2013/scenes", "/v1/commentary/random"):
            body = client.get(path, query_string={"q": q}).get_json()
            assert body["data"] == []
            assert notice in body["notice"]

    @each("q", ["", " ", "…", "-love", "a*", "-", '""'])
    def test_it_is_the_notice_of_search(self, client, q):
        searched, listed = (
            client.get(path, query_string={"q": q}).get_json() for path in ("/v1/search", "/v1/quotes")
        )
        assert searched["notice"] == listed["notice"] is not None

    @each("q", ["", "+"])
    def test_the_search_page_has_it_too(self, client, q):
        assert "nothing to search for" in client.get(f"/search?q={q}").text
        assert "nothing to search for" not in client.get("/search").text


class TestHidden:
    @pytest.fixture
    def client(self, engine, make_app):
        """A client over the pack with a draft, a deleted quote, and a draft film with a quote."""
        with engine.fresh("pack") as url, make_app(url) as app:
            with app.extensions["database"].write_session() as session:
                her = Film.by_slug(session, "her-2013")
                like = Quote.by_slug(session, WIFE)
                columns = {column.key: getattr(like, column.key) for column in Quote.__table__.columns}
                film = {column.key: getattr(her, column.key) for column in Film.__table__.columns}
                del columns["id"], film["id"]
                draft = {"status": Status.DRAFT, "deleted_at": None}
                deleted = {"status": Status.PUBLISHED, "deleted_at": STORED}
                session.connection().execute(
                    insert(Film.__table__).values(film | {"slug": "hex-2013"} | draft)
                )
                hidden_film = session.query(Film).filter_by(slug="hex-2013").one().id
                for slug, values in (
                    ("her-2013-kept-draft", draft),
                    ("her-2013-kept-deleted", deleted),
                    ("hex-2013-kept-line", {"film_id": hidden_film, "status": Status.PUBLISHED}),
                ):
                    session.connection().execute(
                        insert(Quote.__table__).values(columns | {"slug": slug} | values)
                    )
            yield app.test_client()

    @each(
        "path",
        [
            "/v1/films/hex-2014",
            "/v1/films/hex",
            "/v1/quotes/her-2013-kept-drafts",
            "/v1/quotes/her-2013-kept-delete",
            "/v1/quotes/hex-2013-kept-lines",
            "/v1/quotes/hex-kept-line",
            "/v1/quotes/kept-line",
            "/v1/quotes?film=hex",
            "/v1/quotes?id=her-2013-kept-draf,her-2013-kept-deletd",
        ],
    )
    def test_hidden_items_are_never_suggested(self, client, path):
        text = client.get(path).text
        typed = path.rpartition("/")[2]
        assert "hex-2013" not in text.replace(typed, "")
        assert not {"her-2013-kept-draft", "her-2013-kept-deleted", "kept-line"} & set(
            text.replace("”", "“").split("“")
        ) - {typed}

    def test_a_hidden_id_is_like_one_that_never_existed(self, client):
        details = [
            client.get(f"/v1/quotes/{slug}").get_json()["detail"].replace(slug, "…")
            for slug in (
                "her-2013-kept-draft",
                "her-2013-kept-drafx",
                "hex-2013-kept-line",
                "hex-2013-kept-linx",
            )
        ]
        assert details[0] == details[1]
        assert details[2] == details[3]

    def test_a_deleted_id_in_a_filter_is_named_as_such(self, client):
        notice = get_json(client, "/v1/quotes?id=her-2013-kept-deleted")["notice"]
        assert notice == "The quote “her-2013-kept-deleted” was deleted."
