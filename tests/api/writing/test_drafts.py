"""Drafts: saved without a change of what is public, previewed, published; hidden from all others."""

import json
import re

import pytest

from models import RESOURCES
from models.draft import Draft
from tests.api.writing.conftest import Editor, add_key

THEME = {"name": "Patience", "definition": "Waiting without complaint."}
NEW, LONELINESS = "/v1/themes/patience", "/v1/themes/loneliness"
CREATE = {"If-None-Match": "*"}
SECRET = "Zzyzx"


def save(editor, path, body, *, tag=None, base=None, method="PUT", **parameters):
    """Save a draft; without a tag, a new one."""
    query = parameters | ({"base": base} if base else {})
    return editor.send(
        method, f"{path}/draft", body, tag=tag, headers={} if tag else CREATE, query_string=query
    )


def get_draft(editor, path):
    return editor.send("GET", f"{path}/draft")


def publish(editor, path, **options):
    tag = options.pop("tag", None) or get_draft(editor, path).headers["ETag"]
    return editor.send("POST", f"{path}/draft/publish", tag=tag, **options)


def without_times(body):
    """Return a body with its times blanked: publication sets them."""
    return re.sub(rb"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|\+00:00)", b"<time>", body)


def with_scopes(editor, *scopes, name="drafter"):
    return Editor(editor.client.application, editor.database, add_key(editor.database, *scopes, name=name))


def unpublish(editor, path, **options):
    return editor.send(
        "POST", f"{path}/unpublish", tag=options.pop("tag", None) or editor.tag(path), **options
    )


@pytest.fixture
def themes(editor):
    return with_scopes(editor, "write:themes")


class TestSave:
    def test_a_draft_changes_nothing_that_is_public(self, editor):
        before, item = editor.counts(), editor.get(LONELINESS)
        response = save(editor, LONELINESS, {"label": SECRET}, method="PATCH", note="Why", release="autumn")
        assert response.status_code == 201, response.text
        assert editor.counts() == before
        assert (editor.get(LONELINESS).data, editor.tag(LONELINESS)) == (item.data, item.headers["ETag"])
        read = get_draft(editor, LONELINESS)
        assert (read.status_code, read.data) == (200, response.data)
        assert read.headers["ETag"] == response.headers["ETag"]
        assert read.headers["Cache-Control"] == "private, no-store"
        draft = read.json
        assert draft["base"].split(".")[0] == str(item.json["revision"])
        assert (draft["is_outdated"], draft["is_new"]) == (False, False)
        assert (draft["note"], draft["release"], draft["editor"]) == ("Why", "autumn", "desk")
        assert (draft["record"]["label"], draft["record"]["name"]) == (SECRET, item.json["name"])
        assert (draft["errors"], draft["item"]["url"]) == ([], item.json["url"])

    def test_a_draft_may_be_incomplete_and_says_what_is_missing(self, editor):
        response = save(editor, NEW, {"name": "Patience", "broader": "no-such-theme"})
        assert response.status_code == 201
        assert response.headers["Location"].endswith(f"{NEW}/draft")
        assert {error["pointer"] for error in response.json["errors"]} >= {"/definition"}
        assert (response.json["base"], response.json["is_new"]) == (None, True)
        assert editor.get(NEW).status_code == 404
        refused = publish(editor, NEW)
        assert (refused.status_code, refused.json["code"]) == (422, "invalid-body")
        assert "/definition" in [error["pointer"] for error in refused.json["errors"]]
        assert get_draft(editor, NEW).status_code == 200

    def test_a_new_item_cannot_take_the_id_of_a_draft(self, editor):
        save(editor, NEW, THEME)
        assert editor.post("/v1/themes", {"id": "patience"} | THEME).status_code == 409
        assert editor.put(NEW, THEME, headers=CREATE).status_code == 409
        assert editor.rename(LONELINESS, "patience").status_code == 409

    def test_a_draft_follows_its_item_to_another_id(self, editor):
        save(editor, LONELINESS, {"label": SECRET}, method="PATCH")
        assert editor.rename(LONELINESS, "solitude").status_code == 200
        assert get_draft(editor, "/v1/themes/solitude").json["record"]["label"] == SECRET
        assert get_draft(editor, LONELINESS).status_code == 404

    def test_nobody_overwrites_what_they_have_not_seen(self, editor):
        first = save(editor, NEW, THEME)
        assert save(editor, NEW, THEME).status_code == 412
        assert editor.put(f"{NEW}/draft", THEME).status_code == 428
        tag = first.headers["ETag"]
        second = save(editor, NEW, THEME | {"name": "Forbearance"}, tag=tag, release="autumn")
        assert (second.status_code, second.json["revision"]) == (200, 2)
        stale = save(editor, NEW, {"name": "Late"}, tag=tag, method="PATCH")
        assert (stale.status_code, stale.headers["ETag"]) == (412, second.headers["ETag"])
        coded = second.headers["ETag"][:-1] + '-gzip"'
        same = save(editor, NEW, {}, tag=coded, method="PATCH")
        assert (same.status_code, same.headers["ETag"]) == (200, second.headers["ETag"])
        assert same.json["release"] == "autumn"
        out = save(editor, NEW, {}, tag=coded, method="PATCH", release="")
        assert (out.json["release"], out.json["revision"]) == (None, 3)
        assert editor.send("DELETE", f"{NEW}/draft", tag=tag).status_code == 412
        assert editor.send("DELETE", f"{NEW}/draft", tag=out.headers["ETag"]).status_code == 204
        assert get_draft(editor, NEW).status_code == 404
        assert save(editor, NEW, THEME, tag=tag).status_code == 404

    def test_a_whole_draft_names_the_revision_that_it_was_made_from(self, editor):
        body = editor.body_of("theme", "loneliness")
        refused = save(editor, LONELINESS, body)
        assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "base")
        assert save(editor, LONELINESS, body, base="7").status_code == 422
        assert save(editor, LONELINESS, body, base="x").status_code == 422
        assert save(editor, NEW, THEME, base="1").status_code == 422
        current = editor.get(LONELINESS).json["revision"]
        assert save(editor, LONELINESS, body, base=str(current)).status_code == 201

    def test_what_no_item_has_is_refused(self, editor):
        for body in (THEME | {"nmae": "x"}, THEME | {"revision": 3}):
            response = save(editor, NEW, body)
            assert (response.status_code, response.json["code"]) == (422, "invalid-body")
        assert save(editor, "/v1/themes/random", THEME).status_code in (404, 405, 409)
        assert get_draft(editor, NEW).status_code == 404

    def test_a_repeated_request_is_executed_once(self, editor):
        headers = CREATE | {"Idempotency-Key": "a-key"}
        first, second = (editor.send("PUT", f"{NEW}/draft", THEME, headers=headers) for _ in range(2))
        assert (first.status_code, second.status_code, second.data) == (201, 201, first.data)
        assert second.headers["Idempotency-Replayed"] == "true"


class TestPublish:
    def test_the_preview_of_every_resource_is_what_publication_gives(self, editor):
        for model in RESOURCES:
            path = f"/v1/{model.__tablename__}/{model.example_id}"
            patch = {"label": "Another label"}
            if "editor_note" in editor.body_of(model.type_name, model.example_id):
                patch["editor_note"] = f"A note by {SECRET}."
            assert save(editor, path, patch, method="PATCH").status_code == 201
            before, counts = editor.get(path).data, editor.counts()
            preview = editor.send("GET", f"{path}/draft/preview")
            assert preview.status_code == 200, (path, preview.text)
            assert (editor.get(path).data, editor.counts()) == (before, counts)
            published = publish(editor, path)
            assert published.status_code == 200, (path, published.text)
            assert (published.data, published.headers["ETag"]) == (editor.get(path).data, editor.tag(path))
            assert without_times(preview.data) == without_times(published.data) != without_times(before)
            assert editor.counts()[0] == counts[0] + 1
            assert get_draft(editor, path).status_code == 404

    def test_a_new_item_is_created_when_it_is_published(self, editor):
        save(editor, NEW, THEME | {"broader": "human-connection"}, note="For the second edition")
        preview = editor.send("GET", f"{NEW}/draft/preview")
        published = publish(editor, NEW)
        assert (published.status_code, published.json["revision"]) == (201, 1)
        assert published.headers["Location"].endswith(NEW)
        assert without_times(preview.data) == without_times(editor.get(NEW).data)
        with editor.database.read_session() as session:
            rows = session.connection().exec_driver_sql(
                "SELECT editor, note FROM revisions ORDER BY id DESC LIMIT 1"
            )
            assert tuple(rows.one()) == ("desk", "For the second edition")

    def test_the_item_dates_from_its_publication(self, editor):
        save(editor, NEW, THEME)
        with editor.database.write_session() as session:
            draft = Draft.find(session, ("theme", "patience"))
            draft.created_at = draft.created_at.replace(year=2020)
        item = publish(editor, NEW).json
        assert item["created_at"] == item["updated_at"] > "2026"

    def test_an_outdated_draft_is_kept_and_the_difference_shown(self, editor):
        path = "/v1/themes/avoidance"
        original = editor.get(path).json["definition"]
        word = original.split()[0]
        save(editor, path, {"definition": f"{original} Mine.", "label": "Mine"}, method="PATCH")
        theirs = editor.patch(path, {"definition": original.replace(word, "Theirs", 1)}).json
        assert get_draft(editor, path).json["is_outdated"]
        counts = editor.counts()
        for response in (publish(editor, path), editor.send("GET", f"{path}/draft/preview")):
            assert (response.status_code, response.json["code"]) == (409, "outdated-base"), response.text
        assert editor.counts() == counts
        problem = publish(editor, path).json
        changes = {change["pointer"]: change for change in problem["changes"]}
        assert set(changes) == {"/definition", "/label"}
        assert changes["/definition"]["is_conflict"]
        assert not changes["/label"]["is_conflict"]
        assert changes["/label"]["draft"] == "Mine"
        words = changes["/definition"]
        assert {"op": "insert", "text": "Theirs"} in words["current_words"]
        assert "Mine" in "".join(run["text"] for run in words["draft_words"] if run["op"] == "insert")
        number = theirs["revision"]
        assert problem["current_revision"] == number
        assert problem["current"].startswith(f"{number}.")
        merged = {"definition": f"{words['current']} Mine."}
        tag = get_draft(editor, path).headers["ETag"]
        assert save(editor, path, merged, tag=tag, base=problem["current"], method="PATCH").status_code == 200
        assert publish(editor, path).json["definition"] == merged["definition"]

    def test_an_item_that_was_deleted_or_made_meanwhile_is_not_overwritten(self, editor):
        save(editor, NEW, THEME)
        with editor.database.write_session() as session:
            session.delete(kept := Draft.find(session, ("theme", "patience")))
            session.flush()
            values = {name: getattr(kept, name) for name in ("type_name", "slug", "record", "editor")}
            values |= {"created_at": kept.created_at, "updated_at": kept.updated_at}
        item = editor.post("/v1/themes", {"id": "patience"} | THEME | {"name": "Theirs"})
        assert item.status_code == 201
        with editor.database.write_session() as session:
            session.add(Draft(**values))
        made = publish(editor, NEW)
        assert (made.status_code, made.json["code"], made.json["base"]) == (409, "outdated-base", None)
        assert editor.delete(NEW).status_code == 204
        assert publish(editor, NEW).status_code == 409

    def test_a_reference_to_a_draft_needs_a_release(self, editor):
        save(editor, NEW, THEME)
        response = save(editor, "/v1/themes/hope", THEME | {"name": "Hope", "broader": "patience"})
        (error,) = response.json["errors"]
        refused = publish(editor, "/v1/themes/hope")
        assert (refused.status_code, refused.json["code"]) == (409, "conflict")
        assert refused.json["errors"] == [{"location": "json"} | error]
        assert (error["pointer"], "patience" in refused.json["detail"]) == ("/broader", True)
        assert publish(editor, NEW).status_code == 201
        assert publish(editor, "/v1/themes/hope").status_code == 201

    def test_what_is_published_is_what_was_read(self, editor):
        tag = save(editor, NEW, THEME).headers["ETag"]
        assert editor.send("POST", f"{NEW}/draft/publish").status_code == 428
        save(editor, NEW, {"name": "Other"}, tag=tag, method="PATCH")
        assert publish(editor, NEW, tag=tag).status_code == 412


class TestReleases:
    def plan(self, editor):
        """Save two new themes that need each other, and a change, for a release."""
        save(editor, NEW, THEME, release="autumn")
        save(editor, "/v1/themes/hope", THEME | {"name": "Hope", "broader": "patience"}, release="autumn")
        save(editor, LONELINESS, {"label": SECRET}, method="PATCH", release="autumn")

    def test_drafts_are_published_together(self, editor):
        self.plan(editor)
        generation = editor.counts()[0]
        listed = editor.send("GET", "/v1/releases").json["data"]
        assert [(each["name"], each["draft_count"]) for each in listed] == [("autumn", 3)]
        release = editor.send("GET", "/v1/releases/autumn")
        assert [draft["item"]["id"] for draft in release.json["drafts"]] == ["hope", "loneliness", "patience"]
        assert editor.send("POST", "/v1/releases/autumn/publish").status_code == 428
        published = editor.send("POST", "/v1/releases/autumn/publish", tag=release.headers["ETag"])
        assert published.status_code == 200, published.text
        outcomes = {each["id"]: each["outcome"] for each in published.json["items"]}
        assert outcomes == {"hope": "created", "loneliness": "updated", "patience": "created"}
        assert editor.counts()[0] == generation + 1
        assert editor.get("/v1/themes/hope").json["broader"]["id"] == "patience"
        assert editor.get(LONELINESS).json["label"] == SECRET
        assert editor.send("GET", "/v1/releases/autumn").status_code == 404
        assert editor.send("GET", "/v1/drafts").json["data"] == []

    def test_each_change_keeps_its_own_note(self, editor):
        for name, note in (("faith", "Why faith."), ("trust", "Why trust.")):
            path = f"/v1/themes/{name}/draft?release=notes&note={note}"
            body = {"name": name, "definition": f"What {name} is."}
            assert editor.put(path, body, headers={"If-None-Match": "*"}).status_code == 201
        tag = editor.send("GET", "/v1/releases/notes").headers["ETag"]
        assert editor.send("POST", "/v1/releases/notes/publish", tag=tag).status_code == 200
        for name in ("faith", "trust"):
            (revision,) = editor.get(f"/v1/themes/{name}/revisions").json["data"]
            assert revision["note"] == f"Why {name}."

    def test_one_fault_refuses_all_and_is_named(self, editor):
        self.plan(editor)
        tag = editor.send("GET", "/v1/releases/autumn").headers["ETag"]
        save(editor, "/v1/themes/faith", {"name": "Faith"}, release="autumn")
        stale = editor.send("POST", "/v1/releases/autumn/publish", tag=tag)
        assert stale.status_code == 412
        editor.patch(LONELINESS, {"label": "Theirs"})
        counts = editor.counts()
        refused = editor.send("POST", "/v1/releases/autumn/publish", tag=stale.headers["ETag"])
        assert refused.status_code == 409
        (error,) = refused.json["errors"]
        assert error["pointer"] == "/drafts/2"
        assert "loneliness" in error["detail"]
        editor.send("DELETE", f"{LONELINESS}/draft", tag="*")
        tag = editor.send("GET", "/v1/releases/autumn").headers["ETag"]
        refused = editor.send("POST", "/v1/releases/autumn/publish", tag=tag)
        assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (
            422,
            "/drafts/0/record/definition",
        )
        assert editor.counts() == counts
        assert len(editor.send("GET", "/v1/drafts").json["data"]) == 3

    def test_a_key_needs_the_scopes_of_every_draft(self, editor):
        self.plan(editor)
        tag = editor.send("GET", "/v1/releases/autumn").headers["ETag"]
        other = with_scopes(editor, "publish", "read:drafts", "write:quotes")
        refused = other.send("POST", "/v1/releases/autumn/publish", tag=tag)
        assert (refused.status_code, "write:themes" in refused.text) == (403, True)


class TestList:
    def test_drafts_are_listed_by_type_and_id(self, editor):
        for number in range(3):
            save(editor, f"/v1/themes/theme-{number}", THEME, release="autumn" if number else None)
        save(editor, "/v1/advisories/spoiler", {"label": "Spoilers"}, method="PATCH")
        first = editor.send("GET", "/v1/drafts?limit=2&count=true").json
        assert [draft["item"]["id"] for draft in first["data"]] == ["spoiler", "theme-0"]
        assert first["page"]["total"] == 4
        second = editor.send("GET", first["page"]["next"].partition("http://127.0.0.1:8000")[2]).json
        assert [draft["item"]["id"] for draft in second["data"]] == ["theme-1", "theme-2"]
        back = editor.send("GET", second["page"]["previous"].partition("http://127.0.0.1:8000")[2]).json
        assert back["data"] == first["data"]
        assert back["page"]["previous"] is None
        for query, number in (("type=theme", 3), ("release=autumn", 2), ("editor=desk", 4), ("editor=x", 0)):
            assert len(editor.send("GET", f"/v1/drafts?{query}").json["data"]) == number, query
        assert editor.send("GET", "/v1/drafts?type=thema").status_code == 422
        assert editor.send("GET", "/v1/drafts?cursor=x").status_code == 422

    def test_a_key_sees_the_drafts_that_it_may_read(self, editor, themes):
        save(editor, NEW, THEME)
        save(editor, "/v1/advisories/spoiler", {"label": "Spoilers"}, method="PATCH")
        assert [each["item"]["id"] for each in themes.send("GET", "/v1/drafts").json["data"]] == ["patience"]
        assert len(with_scopes(editor, "read:drafts").send("GET", "/v1/drafts").json["data"]) == 2
        assert with_scopes(editor, "publish").send("GET", "/v1/drafts").status_code == 403
        assert editor.get("/v1/drafts").status_code == 401


class TestStrangers:
    @pytest.fixture
    def strangers(self, editor):
        """Those who may not see drafts of themes: their headers."""
        save(editor, NEW, THEME | {"definition": SECRET})
        save(editor, LONELINESS, {"definition": SECRET}, method="PATCH")
        keys = [add_key(editor.database, *scopes) for scopes in (("publish",), ("write:quotes", "publish"))]
        bad = ["", "Basic x", "Bearer subtext_x", *(f"Bearer {key}" for key in keys)]
        return [{"Authorization": value} if value else {} for value in bad]

    def test_a_draft_is_as_missing_as_any_other(self, editor, strangers):
        etag = get_draft(editor, NEW).headers["ETag"]
        for headers in strangers:
            for conditions in ({}, {"If-None-Match": etag}, {"If-None-Match": "*"}, {"If-Match": etag}):
                for method, end in (
                    ("GET", ""),
                    ("HEAD", ""),
                    ("GET", "/preview"),
                    ("POST", "/preview-link"),
                ):
                    responses = {
                        self.seen(editor, method, f"/v1/themes/{slug}/draft{end}", headers | conditions)
                        for slug in ("patience", "loneliness", "no-such-theme")
                    }
                    assert len(responses) == 1, responses
                    assert responses.pop()[0] == 404

    def test_a_write_tells_nothing_either(self, editor, strangers):
        for headers in strangers:
            for method, end in (("PUT", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/publish")):
                responses = {
                    self.seen(editor, method, f"/v1/themes/{slug}/draft{end}", headers | {"If-Match": "*"})
                    for slug in ("patience", "loneliness", "no-such-theme")
                }
                assert len(responses) == 1, responses
                assert responses.pop()[0] in (401, 403)

    def seen(self, editor, method, path, headers):
        response = editor.client.open(path, method=method, headers=headers)
        body = response.data.replace(path.encode(), b"<path>")
        body = re.sub(rb'"request_id":"[^"]*"', b"<id>", body)
        kept = {k: v for k, v in response.headers.items() if k not in ("X-Request-Id", "Content-Length")}
        return response.status_code, body, json.dumps(kept, sort_keys=True)


class TestUnpublish:
    def free(self, editor):
        """Return the path of a quote that nothing refers to, of a new one."""
        body = editor.body_of("quote", "her-2013-feel-by-proxy")
        del body["position"]
        response = editor.post(
            "/v1/quotes", body | {"id": "her-2013-new-line", "label": "A new line", "text": "Zzyzx proxy."}
        )
        assert response.status_code == 201, response.text
        return "/v1/quotes/her-2013-new-line"

    def test_an_item_goes_on_as_a_draft_and_is_published_again(self, editor):
        path = self.free(editor)
        page, item = path.removeprefix("/v1"), editor.get(path)
        pin = editor.get(f"{path}/revisions").json["data"][0]["pin"]
        response = unpublish(editor, f"{path}", query_string={"note": "Too early."})
        assert response.status_code == 201, response.text
        assert response.headers["Location"].endswith(f"{path}/draft")
        draft = response.json
        assert (draft["is_new"], draft["is_outdated"], draft["errors"]) == (False, False, [])
        assert draft["record"]["text"] == item.json["text"]
        for url in (
            path,
            page,
            f"{page}?revision={pin}",
            f"/embed{page}",
            f"{page}/card.svg",
            f"{page}/history",
        ):
            assert editor.get(url).status_code == 410, url
        for url in ("/v1/quotes?limit=100", "/feeds/quotes.json", "/v1/search?q=zzyzx", "/films/her-2013"):
            assert "her-2013-new-line" not in editor.get(url).text, url
        latest, *_ = editor.get(f"{path}/revisions").json["data"]
        assert (latest["change"], latest["note"], latest["editor"]) == ("delete", "Too early.", "desk")
        # It is changed, previewed, and published with the same id.
        tag = get_draft(editor, path).headers["ETag"]
        changed = save(editor, path, {"label": "A newer line"}, tag=tag, method="PATCH")
        assert changed.status_code == 200, changed.text
        preview = editor.send("GET", f"{path}/draft/preview")
        published = publish(editor, path, query_string={"note": "Now."})
        assert (preview.status_code, published.status_code) == (200, 200), published.text
        assert without_times(preview.data) == without_times(published.data)
        assert published.json["label"] == "A newer line"
        assert published.json["created_at"] == item.json["created_at"]
        assert editor.get(path).data == published.data
        latest, *_ = editor.get(f"{path}/revisions").json["data"]
        assert (latest["change"], latest["note"]) == ("restore", "Now.")
        assert get_draft(editor, path).status_code == 404

    def test_an_unchanged_draft_is_published_with_its_note(self, editor):
        path = self.free(editor)
        unpublish(editor, path)
        assert publish(editor, path, query_string={"note": "Again."}).status_code == 200
        assert editor.get(f"{path}/revisions").json["data"][0]["note"] == "Again."

    def test_it_is_refused_while_others_refer_to_the_item(self, editor):
        before = editor.counts()
        response = unpublish(editor, LONELINESS)
        assert (response.status_code, response.json["code"]) == (409, "in-use")
        assert "cannot be unpublished" in response.json["detail"]
        assert response.json["referrers"]
        assert editor.counts() == before
        assert get_draft(editor, LONELINESS).status_code == 404

    def test_it_needs_the_present_state_and_no_other_draft(self, editor):
        path = self.free(editor)
        tag = editor.tag(path)
        assert editor.send("POST", f"{path}/unpublish").status_code == 428
        assert unpublish(editor, path, tag=f'"9.{"0" * 32}"').status_code == 412
        assert unpublish(editor, "/v1/quotes/no-such", tag=tag).status_code == 404
        assert (
            with_scopes(editor, "write:quotes").send("POST", f"{path}/unpublish", tag=tag).status_code == 403
        )
        save(editor, path, {"label": "Another"}, method="PATCH")
        response = unpublish(editor, path)
        assert (response.status_code, "There is a draft" in response.json["detail"]) == (409, True)
        assert editor.get(path).status_code == 200
        editor.send("DELETE", f"{path}/draft", tag="*")
        key = {"Idempotency-Key": "take-back"}
        first, again = (unpublish(editor, path, tag=tag, headers=key) for _ in range(2))
        assert (first.status_code, again.data, again.headers["Idempotency-Replayed"]) == (
            201,
            first.data,
            "true",
        )
        assert unpublish(editor, path, tag=tag).status_code == 410

    def test_an_item_that_was_restored_meanwhile_is_not_overwritten(self, editor):
        path = self.free(editor)
        pin = editor.get(f"{path}/revisions").json["data"][0]["pin"]
        unpublish(editor, path)
        assert editor.send("POST", f"{path}/revisions/{pin}/restore", tag="*").status_code == 200
        assert get_draft(editor, path).json["is_outdated"]
        assert publish(editor, path).json["code"] == "outdated-base"

    def test_a_deleted_item_is_no_draft(self, editor):
        path = self.free(editor)
        save(editor, path, {"label": "Another"}, method="PATCH")
        editor.delete(path)
        assert publish(editor, path).status_code == 410
        assert save(editor, path, {"label": "Again"}, tag="*", method="PATCH").status_code == 410

    def test_a_status_does_not_unpublish(self, editor):
        before, body = editor.counts(), editor.body_of("theme", "loneliness")
        for response in (
            editor.patch(LONELINESS, {"status": "draft"}),
            editor.put(LONELINESS, body | {"status": "draft"}, tag=editor.tag(LONELINESS)),
            editor.put(NEW, THEME | {"status": "draft"}, headers=CREATE),
            editor.post("/v1/themes", {"id": "patience", "status": "draft"} | THEME),
        ):
            (error,) = response.json["errors"]
            assert (response.status_code, error["pointer"]) == (422, "/status")
            assert "/unpublish" in error["detail"]
        assert editor.counts() == before
