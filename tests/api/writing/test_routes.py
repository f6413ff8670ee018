"""Writes of every resource: created, updated, replaced, renamed and deleted, as GET shows it."""

import pytest

from models import RESOURCES
from tests.cases import each

THEME = {"id": "patience", "name": "Patience", "definition": "Waiting without complaint."}
PATH, LONELINESS = "/v1/themes/patience", "/v1/themes/loneliness"
HASH = "0" * 32


def assert_problem(response, status, code, *pointers):
    assert (response.status_code, response.json["code"]) == (status, code), response.text
    assert [error["pointer"] for error in response.json["errors"]] == list(pointers), response.text
    return response.json


@pytest.fixture
def theme(editor):
    """A theme that nothing refers to."""
    assert editor.post("/v1/themes", THEME).status_code == 201
    return PATH


class TestEveryResource:
    def test_it_can_be_updated_and_replaced(self, editor):
        for model in RESOURCES:
            path = f"/v1/{model.__tablename__}/{model.example_id}"
            response = editor.patch(path, {"label": "Another label"})
            assert response.status_code == 200, (path, response.text)
            assert (response.data, response.headers["ETag"]) == (editor.get(path).data, editor.tag(path))
            assert response.json["label"] == "Another label"
            body = editor.body_of(model.type_name, model.example_id)
            replaced = editor.put(path, body | {"label": "A third label"}, tag=response.headers["ETag"])
            assert (replaced.status_code, replaced.json["label"]) == (200, "A third label"), replaced.text
            unchanged = {"label", "revision", "updated_at"}
            assert {k: v for k, v in replaced.json.items() if k not in unchanged} == {
                k: v for k, v in response.json.items() if k not in unchanged
            }

    def test_it_can_be_created_renamed_and_deleted(self, editor):
        for model in RESOURCES:
            collection = f"/v1/{model.__tablename__}"
            body = editor.body_of(model.type_name, model.example_id)
            start = f"{body['film']}-" if "film" in body and model.type_name != "source" else ""
            if model.type_name == "theme":
                body["related"] = []
            slug, other = f"{start}a-copy", f"{start}a-renamed-copy"
            created = editor.post(collection, {"id": slug} | body)
            if model.type_name == "quote":
                # The same words twice are an error, and more words than may be quoted from one source.
                assert_problem(created, 422, "invalid-body", "/text", "/text")
                continue
            assert created.status_code == 201, (collection, created.text)
            assert created.headers["Location"].endswith(f"{collection}/{slug}")
            renamed = editor.rename(f"{collection}/{slug}", other)
            assert (renamed.status_code, renamed.json["id"]) == (200, other), (collection, renamed.text)
            deleted = editor.delete(f"{collection}/{other}")
            assert (deleted.status_code, deleted.data) == (204, b""), (collection, deleted.text)
            assert "Content-Type" not in deleted.headers
            assert editor.get(f"{collection}/{other}").status_code == 410
            assert editor.get(f"{collection}/{slug}").status_code in (308, 410)


class TestCreate:
    def test_the_item_is_as_get_returns_it(self, editor):
        response = editor.post("/v1/themes?note=F%C3%BCr%20den%20Anfang", THEME)
        assert response.status_code == 201
        assert response.headers["Location"].endswith(PATH)
        assert response.headers["Cache-Control"] == "no-store"
        read = editor.get(PATH)
        assert (response.data, response.headers["ETag"]) == (read.data, read.headers["ETag"])
        assert (read.json["label"], read.json["revision"]) == ("Patience", 1)
        with editor.database.read_session() as session:
            row = session.connection().exec_driver_sql(
                "SELECT editor, note FROM revisions ORDER BY id DESC LIMIT 1"
            )
            assert tuple(row.one()) == ("desk", "Für den Anfang")
        assert [item["id"] for item in editor.get("/v1/themes?id=patience").json["data"]] == ["patience"]
        assert editor.get("/v1/search?q=patience&type=theme").json["data"][0]["id"] == "patience"

    @each(
        "body, pointers",
        [
            ({"name": "Patience", "definition": "x"}, ["/id"]),
            (THEME | {"id": 7}, ["/id"]),
            (THEME | {"id": "Not An Id"}, [""]),
            (THEME | {"id": "random"}, [""]),
            (THEME | {"revision": 7, "url": "x", "created_at": None}, ["/revision", "/url", "/created_at"]),
            (THEME | {"nmae": "x"}, ["/nmae"]),
            ({"id": "patience", "name": "Patience"}, ["/definition"]),
            (THEME | {"name": None}, ["/name"]),
            (THEME | {"name": 7}, ["/name"]),
            (THEME | {"name": "x" * 121}, ["/name"]),
            (THEME | {"broader": "no-such-theme"}, ["/broader"]),
            (THEME | {"related": ["loneliness", "no-such-theme"]}, ["/related/1"]),
            (THEME | {"related": "loneliness"}, ["/related"]),
            (THEME | {"related": ["loneliness", "loneliness"]}, ["/related/1"]),
            (THEME | {"related": [{}]}, ["/related/0"]),
        ],
    )
    def test_an_invalid_body_is_refused_with_its_places(self, editor, body, pointers):
        before = editor.counts()
        response = editor.post("/v1/themes", body)
        assert response.status_code == 422, response.text
        found = [error["pointer"] for error in response.json["errors"]]
        assert set(pointers) <= set(found), response.text
        assert {error["location"] for error in response.json["errors"]} == {"json"}
        assert editor.counts() == before

    @pytest.mark.any_database
    def test_names_and_titles_are_on_one_line_and_longer_texts_may_have_several(self, editor):
        source = "/v1/sources/her-perfection-is-the-enemy-of-real"
        for path, member, pointer in [
            ("/v1/themes/loneliness", {"name": "Lone\nliness"}, "/name"),
            (source, {"section": "Film\u2028reviews"}, "/section"),
            (source, {"authors": [{"family": "Yil\tdirim"}]}, "/authors/0/family"),
            (source, {"authors": [{"literal": "The Wall\nof Wisdom"}]}, "/authors/0/literal"),
            ("/v1/films/her-2013", {"directors": ["Spike\u0085Jonze"]}, "/directors/0"),
        ]:
            refused = editor.patch(path, member)
            assert refused.status_code == 422, member
            [error] = refused.json["errors"]
            assert error["pointer"] == pointer
            assert error["detail"].startswith("Must be on one line"), error
        assert editor.patch("/v1/themes/loneliness", {"definition": "One line.\nAnother."}).status_code == 200

    def test_an_unknown_member_is_named_with_those_that_exist(self, editor):
        (error,) = editor.post("/v1/themes", THEME | {"defintion": "x"}).json["errors"]
        assert "Did you mean “definition”?" in error["detail"]

    def test_an_id_is_never_used_twice(self, editor, theme):
        assert_problem(editor.post("/v1/themes", THEME), 409, "conflict")
        editor.rename(theme, "forbearance")
        assert_problem(editor.post("/v1/themes", THEME), 409, "conflict")
        editor.delete("/v1/themes/forbearance")
        deleted = editor.post("/v1/themes", THEME | {"id": "forbearance"})
        assert "never reused" in assert_problem(deleted, 409, "conflict")["detail"]

    def test_a_quote_without_a_label_is_invalid(self, editor):
        body = editor.body_of("quote", "her-2013-a-wife-without-the-challenges")
        del body["label"]
        response = editor.post("/v1/quotes", {"id": "her-2013-new"} | body)
        assert_problem(response, 422, "invalid-body", "/label")


class TestUpdate:
    @each(
        "patch, expected",
        [
            ({"name": "Forbearance"}, {"name": "Forbearance", "label": "Patience"}),
            ({"broader": "human-connection"}, {"broader": "human-connection"}),
            ({"broader": None}, {"broader": None}),
            ({"related": []}, {"related": []}),
            ({"related": None}, {"related": []}),
        ],
    )
    def test_only_what_the_body_names_changes(self, editor, patch, expected):
        slug = f"theme-{abs(hash(str(patch)))}"
        before = editor.post("/v1/themes", THEME | {"id": slug}).json
        response = editor.patch(
            f"/v1/themes/{slug}", patch, headers={"Content-Type": "application/merge-patch+json"}
        )
        assert response.status_code == 200, response.text
        after = response.json
        simple = after | {"broader": after["broader"] and after["broader"]["id"]}
        assert {name: simple[name] for name in expected} == expected
        changed = {"revision", "updated_at", *expected}
        assert {k: v for k, v in after.items() if k not in changed} == {
            k: v for k, v in before.items() if k not in changed
        }

    @each(
        "patch",
        [{}, {"name": "Loneliness"}, {"related": None, "name": "Loneliness"}, {"status": "published"}],
    )
    def test_a_change_without_effect_makes_no_revision(self, editor, patch):
        path = LONELINESS
        if "related" in patch:
            patch = patch | {"related": editor.body_of("theme", "loneliness")["related"]}
        before, tag = editor.counts(), editor.tag(path)
        response = editor.patch(path, patch)
        assert (response.status_code, response.headers["ETag"]) == (200, tag)
        assert editor.counts() == before

    def test_a_list_is_replaced_and_keeps_its_order(self, editor):
        path = "/v1/quotes/her-2013-a-wife-without-the-challenges"
        for themes in (["loneliness", "embodiment"], ["embodiment", "loneliness"], ["loneliness"]):
            response = editor.patch(path, {"themes": themes})
            assert response.status_code == 200, response.text
            assert [theme["id"] for theme in response.json["themes"]] == themes

    def test_nested_objects_are_merged(self, editor):
        path = "/v1/films/her-2013"
        before = editor.get(path).json["identifiers"]
        response = editor.patch(path, {"identifiers": {"tmdb": None}})
        assert response.json["identifiers"] == before | {"tmdb": None}

    @each(
        "patch, pointer",
        [
            ({"name": None}, "/name"),
            ({"label": None}, "/label"),
            ({"id": "loneliness"}, "/id"),
            ({"revision": 1}, "/revision"),
            ({"definition": "x\u0007"}, "/definition"),
            ({"broader": "no-such-theme"}, "/broader"),
        ],
    )
    def test_what_cannot_be_is_refused(self, editor, patch, pointer):
        before = editor.counts()
        assert_problem(editor.patch(LONELINESS, patch), 422, "invalid-body", pointer)
        assert editor.counts() == before

    def test_a_reference_by_an_old_id_leads_to_the_new_one(self, editor, theme):
        editor.rename(theme, "forbearance")
        path = "/v1/quotes/her-2013-a-wife-without-the-challenges"
        response = editor.patch(path, {"themes": ["patience"]})
        assert response.status_code == 200, response.text
        assert [each["id"] for each in response.json["themes"]] == ["forbearance"]

    def test_a_deleted_thing_cannot_be_referred_to(self, editor, theme):
        editor.delete(theme)
        path = "/v1/quotes/her-2013-a-wife-without-the-challenges"
        assert_problem(editor.patch(path, {"themes": ["patience"]}), 422, "invalid-body", "/themes/0")


class TestPreconditions:
    @each("method", ["PATCH", "PUT", "DELETE", "RENAME"])
    def test_none_is_428_without_an_etag(self, editor, method):
        path, http_method = (LONELINESS, method) if method != "RENAME" else (f"{LONELINESS}/rename", "POST")
        body = None if method == "DELETE" else {}
        response = editor.send(http_method, path, body)
        assert_problem(response, 428, "precondition-required")
        assert "ETag" not in response.headers

    def test_every_form_of_the_current_etag_is_accepted(self, editor):
        for query, headers in (
            ("", {}),
            ("", {"Accept-Encoding": "gzip"}),
            ("", {"Accept-Encoding": "br"}),
            ("?fields=name", {}),
            ("?include=broader", {}),
        ):
            tag = editor.get(LONELINESS + query, headers=headers).headers["ETag"]
            response = editor.patch(LONELINESS, {"label": f"L {tag[-20:]}".replace('"', "")[:60]}, tag=tag)
            assert response.status_code == 200, (query, tag, response.text)

    def test_a_stale_one_is_412_with_the_current_state(self, editor):
        old = editor.tag(LONELINESS)
        new = editor.patch(LONELINESS, {"label": "First"})
        for tag in (old, f"W/{new.headers['ETag']}", f'"9.{HASH}"', f'"9.abcdef.{HASH}", {old}'):
            response = editor.patch(LONELINESS, {"label": "Second"}, tag=tag)
            problem = assert_problem(response, 412, "precondition-failed")
            assert response.headers["ETag"] == new.headers["ETag"]
            assert (problem["current_revision"], problem["changed_by"]) == (new.json["revision"], "desk")
            assert problem["changed_at"] == new.json["updated_at"]
            assert ("weak" in problem["detail"].lower()) is tag.startswith("W/")
        listed = editor.patch(LONELINESS, {"label": "Second"}, tag=f"{old}, {new.headers['ETag']}")
        assert listed.status_code == 200

    def test_the_hash_may_be_of_an_older_label(self, editor):
        path = "/v1/quotes/her-2013-a-wife-without-the-challenges"
        tag = editor.tag(path)
        editor.patch("/v1/films/her-2013", {"label": "Her!"})
        assert editor.tag(path) != tag
        assert editor.patch(path, {"label": "Another"}, tag=tag).status_code == 200

    @each("tag, status", [("*", 200), ("", 400), ("3", 400), ('"' + "x" * 9000 + '"', 400)])
    def test_other_values(self, editor, tag, status):
        assert editor.patch(LONELINESS, {}, tag=tag).status_code == status

    def test_an_asterisk_needs_an_item(self, editor, theme):
        assert editor.patch("/v1/themes/no-such-theme", {}, tag="*").status_code == 404
        editor.delete(theme)
        assert editor.patch(theme, {}, tag="*").status_code == 410

    def test_put_creates_only_what_never_was(self, editor, theme):
        create = {"If-None-Match": "*"}
        body = {name: value for name, value in THEME.items() if name != "id"}
        new = editor.put("/v1/themes/hope", body, headers=create)
        assert (new.status_code, new.headers["Location"].endswith("/v1/themes/hope")) == (201, True)
        assert_problem(editor.put("/v1/themes/hope", body, headers=create), 412, "precondition-failed")
        editor.rename("/v1/themes/hope", "trust")
        renamed = editor.put("/v1/themes/hope", body, headers=create)
        assert_problem(renamed, 409, "renamed")
        assert renamed.headers["Link"].endswith('/v1/themes/trust>; rel="canonical"')
        editor.delete(theme)
        assert_problem(editor.put(theme, body, headers=create), 410, "gone")
        assert_problem(editor.put("/v1/themes/no-such", body, tag="*"), 404, "not-found")
        both = editor.put("/v1/themes/trust", body, tag="*", headers=create)
        assert_problem(both, 412, "precondition-failed")


class TestDelete:
    def test_what_others_refer_to_stays(self, editor):
        problem = assert_problem(editor.delete(LONELINESS), 409, "in-use")
        assert 0 < len(problem["referrers"]) <= 20
        assert all(editor.get(each["url"]).json["id"] == each["id"] for each in problem["referrers"])
        assert editor.get(LONELINESS).status_code == 200

    def test_it_is_gone_from_everything_and_stays_gone(self, editor, theme):
        tag = editor.tag(theme)
        total = editor.get("/v1/themes?count=true").json["page"]["total"]
        assert editor.delete(theme).status_code == 204
        assert_problem(editor.delete(theme, tag=tag), 410, "gone")
        assert editor.get("/v1/themes?count=true").json["page"]["total"] == total - 1
        assert editor.get("/v1/search?q=patience&type=theme").json["data"] == []
        assert b"patience" not in editor.get("/v1/themes?id=patience").data.split(b'"notice"')[0]


class TestRename:
    def test_the_old_id_redirects_reads_and_refuses_writes(self, editor, theme):
        assert editor.rename(theme, "forbearance").status_code == 200
        assert editor.get(theme).headers["Location"].endswith("/v1/themes/forbearance")
        for response in (
            editor.patch(theme, {}, tag="*"),
            editor.delete(theme, tag="*"),
            editor.rename(theme, "other", tag="*"),
            editor.put(theme, {}, tag="*"),
        ):
            assert_problem(response, 409, "renamed")
            assert response.headers["Link"].endswith('/v1/themes/forbearance>; rel="canonical"')

    @each(
        "new_id, status",
        [
            ("conflict-and-authenticity", 409),
            ("random", 409),
            ("Not-an-id", 422),
            ("", 422),
            ("x" * 81, 422),
            (7, 422),
        ],
    )
    def test_an_id_that_cannot_be(self, editor, new_id, status):
        before = editor.counts()
        assert editor.rename(LONELINESS, new_id).status_code == status
        assert editor.counts() == before

    def test_an_id_that_was_used_before(self, editor, theme):
        editor.rename(theme, "forbearance")
        assert_problem(editor.rename(LONELINESS, "patience"), 409, "conflict")
        assert_problem(editor.rename("/v1/themes/forbearance", "patience"), 409, "conflict")
        editor.delete("/v1/themes/forbearance")
        assert_problem(editor.rename(LONELINESS, "forbearance"), 409, "conflict")

    def test_the_ids_of_a_films_entries_begin_with_its_id(self, editor):
        assert_problem(editor.rename("/v1/films/her-2013", "her"), 409, "conflict")
        scene = "/v1/scenes/her-2013-lunch-with-catherine"
        assert_problem(editor.rename(scene, "lunch"), 422, "invalid-body", "/id")


class TestBody:
    @each(
        "headers, status, code",
        [
            ({"Content-Encoding": "gzip"}, 415, "unsupported-media-type"),
            ({"Content-Type": "text/plain"}, 415, "unsupported-media-type"),
            ({"Content-Type": ""}, 415, "unsupported-media-type"),
            ({"Content-Type": "application/json; charset=latin-1"}, 415, "unsupported-media-type"),
            ({"Content-Type": "application/merge-patch+json"}, 415, "unsupported-media-type"),
            ({"Transfer-Encoding": "chunked"}, 411, "length-required"),
            ({"Idempotency-Key": "a,b"}, 400, "bad-request"),
            ({"Idempotency-Key": ""}, 400, "bad-request"),
            ({"Idempotency-Key": "x" * 256}, 400, "bad-request"),
            ({"Idempotency-Key": '"ü"'}, 400, "bad-request"),
            ({"Prefer": "respond-async, handling=strict"}, 400, "bad-request"),
        ],
    )
    def test_headers_are_refused_before_the_body(self, editor, headers, status, code):
        response = editor.post("/v1/themes", THEME, headers=headers)
        assert (response.status_code, response.json["code"]) == (status, code), response.text

    @each(
        "length, status, code",
        [("1048577", 413, "content-too-large"), ("60", 400, "bad-request"), ("", 411, "length-required")],
    )
    def test_the_length_is_that_of_the_body(self, editor, length, status, code):
        overrides = {"environ_overrides": {"CONTENT_LENGTH": length}}
        response = editor.post("/v1/themes", b'{"id": "x"}', **overrides)
        assert (response.status_code, response.json["code"]) == (status, code), response.text

    @each("body", [b"  ", b"[]", b"null", b'{"id": "a", "id": "b"}', b"{", b"[" * 9999, b'{"id": "\\ud800"}'])
    def test_what_is_no_object_is_refused(self, editor, body):
        assert editor.post("/v1/themes", body).status_code in (400, 422)

    def test_a_charset_may_be_named(self, editor):
        headers = {"Content-Type": 'application/json; charset="UTF-8"'}
        assert editor.post("/v1/themes", THEME, headers=headers).status_code == 201

    def test_what_a_patch_accepts_is_named(self, editor):
        response = editor.patch(LONELINESS, {}, headers={"Content-Type": "text/plain"})
        assert response.headers["Accept-Patch"] == "application/merge-patch+json, application/json"

    def test_unknown_parameters_and_long_notes_are_refused(self, editor):
        assert_problem(editor.post("/v1/themes?nota=x", THEME), 422, "invalid-parameters", "nota")
        assert_problem(editor.post(f"/v1/themes?note={'x' * 301}", THEME), 422, "invalid-parameters", "note")


class TestAccess:
    def test_a_key_is_asked_for_before_anything_else(self, editor):
        bad = {"Authorization": "", "Content-Type": "text/plain"}
        for method, path in (
            ("POST", "/v1/themes"),
            ("PATCH", LONELINESS),
            ("PUT", LONELINESS),
            ("DELETE", LONELINESS),
        ):
            assert editor.send(method, path, b"{", headers=bad).status_code == 401


def test_the_editors_own_entries_can_be_renamed_restored_and_deleted(editor):
    old, new = (f"/v1/commentary/her-2013-{end}" for end in ("the-bond-and-the-essays-own-test", "the-test"))
    assert editor.get(old).get_json()["asserted_by"] == "editor"
    assert editor.patch(old, {"title": "A test"}).status_code == 200
    renamed = editor.rename(old, "her-2013-the-test")
    assert renamed.status_code == 200, renamed.text
    response = editor.get(old)
    assert (response.status_code, response.headers["Location"]) == (308, f"http://127.0.0.1:8000{new}")
    first = editor.get(f"{new}/revisions").get_json()["data"][-1]
    assert editor.send("POST", f"{new}/revisions/{first['pin']}/restore", tag="*").status_code == 200
    assert editor.delete(new).status_code == 204
    assert editor.get(old).status_code == editor.get(new).status_code == 410


@each("character", ["\x85", "\x9b", "\u2028", "\u2029", "\ufeff", "\ufffd", "\uffff"])
def test_characters_that_packs_refuse_are_refused(editor, character):
    response = editor.patch(LONELINESS, {"definition": f"Alone{character}again"}, tag="*")
    assert_problem(response, 422, "invalid-body", "/definition")
    assert f"U+{ord(character):04X}" in response.json["errors"][0]["detail"]
