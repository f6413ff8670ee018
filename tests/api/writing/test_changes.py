"""The change feed over HTTP, and the feed of changes for people."""

import pytest

from tests.cases import each
from tests.feeds import atom
from tests.purging import run_purge

FEED = "/v1/changes"
THEME = {"name": "Patience", "definition": "Waiting without complaint."}
CREATE = {"If-None-Match": "*"}


def read(client, url=FEED):
    response = client.get(url)
    assert response.status_code == 200, response.text
    return response.get_json()


def resume(client):
    """Return the position at the end of the feed."""
    return read(client, f"{FEED}?limit=1000")["page"]["resume"]


def since(client, position):
    return read(client, f"{FEED}?after={position}")["data"]


class TestFeed:
    def test_it_begins_with_everything_that_is_public(self, client):
        page = read(client, f"{FEED}?limit=1000")
        assert page["page"]["next"] is None
        assert {change["change"] for change in page["data"]} == {"create"}
        counts = read(client, "/v1/meta")["content"]["counts"]
        assert len(page["data"]) == sum(counts.values()) + 1  # An entry of the editors' own is not counted.
        state = read(client, "/v1/meta")["content"]
        assert (page["epoch"], page["generation"]) == (state["epoch"], state["generation"])
        assert page["page"]["resume"] == f"{state['epoch']}-{state['generation']}"

    def test_a_change_has_the_keys_that_the_document_promises(self, client):
        (change,) = [
            change
            for change in read(client, f"{FEED}?limit=1000&type=commentary")["data"]
            if change["id"] == "her-2013-perfection-opposes-reality"
        ]
        item = read(client, change["url"].removeprefix("http://127.0.0.1:8000"))
        assert change == {
            "generation": 1,
            "change": "create",
            "type": "commentary",
            "id": item["id"],
            "previous_id": None,
            "revision": item["revision"],
            "parents": [
                {"type": "film", "id": "her-2013"},
                {"type": "source", "id": "her-perfection-is-the-enemy-of-real"},
            ],
            "at": item["updated_at"],
            "url": item["url"],
        }

    def test_pages_are_linked_and_each_resumes_after_its_last_change(self, client):
        whole = read(client, f"{FEED}?limit=1000")["data"]
        url, found, pages = f"{FEED}?limit=37", [], 0
        while url:
            response = client.get(url)
            page = response.get_json()
            found, pages, url = found + page["data"], pages + 1, page["page"]["next"]
            if url:
                assert f"after={page['page']['resume']}&limit=37" in url
                assert response.headers["Link"] == f'<{url}>; rel="next"'
                url = url.removeprefix("http://127.0.0.1:8000")
        assert found == whole
        assert pages == len(whole) // 37 + 1

    def test_types_can_be_chosen_and_the_end_is_not_read_again(self, client):
        page = read(client, f"{FEED}?type=theme,advisory&limit=1000")
        assert {change["type"] for change in page["data"]} == {"theme", "advisory"}
        again = read(client, f"{FEED}?type=theme&after={page['page']['resume']}")
        assert (again["data"], again["page"]["resume"]) == ([], page["page"]["resume"])

    def test_polling_is_answered_with_304_until_something_changes(self, editor):
        url = f"{FEED}?after={resume(editor)}"
        tag = editor.get(url).headers["ETag"]
        assert editor.get(url, headers={"If-None-Match": tag}).status_code == 304
        editor.patch("/v1/themes/loneliness", {"label": "Being alone"})
        assert editor.get(url, headers={"If-None-Match": tag}).status_code == 200


class TestChanges:
    def test_each_write_is_named_by_what_readers_see(self, editor):
        position = resume(editor)
        editor.put("/v1/themes/patience", THEME, headers=CREATE)
        editor.patch("/v1/themes/patience", {"label": "Waiting"})
        editor.rename("/v1/themes/patience", "waiting")
        editor.delete("/v1/themes/waiting")
        run_purge(editor.database, "theme", "waiting")
        found = [(each["change"], each["id"], each["previous_id"]) for each in since(editor, position)]
        assert found == [
            ("create", "patience", None),
            ("update", "patience", None),
            ("rename", "waiting", "patience"),
            ("delete", "waiting", None),
            ("purge", "waiting", None),
        ]

    def test_drafts_are_not_named_and_a_release_is_one_generation(self, editor):
        position = resume(editor)
        for slug in ("patience", "impatience"):
            body = THEME | {"name": slug}
            editor.put(f"/v1/themes/{slug}/draft?release=autumn", body, headers=CREATE)
        assert since(editor, position) == []
        editor.send("POST", "/v1/releases/autumn/publish", tag="*")
        found = since(editor, position)
        assert {(each["change"], each["id"]) for each in found} == {
            ("create", "patience"),
            ("create", "impatience"),
        }
        assert len({each["generation"] for each in found}) == 1

    def test_items_can_be_read_as_of_the_generation_of_the_page(self, editor):
        position = resume(editor)
        editor.patch("/v1/themes/loneliness", {"label": "One"})
        page = read(editor, f"{FEED}?after={position}")
        editor.patch("/v1/themes/loneliness", {"label": "Two"})
        (change,) = page["data"]
        url = f"/v1/themes/{change['id']}?as_of={page['generation']}"
        assert read(editor, url)["label"] == "One"


class TestRefusals:
    @pytest.mark.parametrize("place", ["0", "1", "1-3"])
    def test_a_position_of_another_epoch_says_where_to_begin_again(self, client, place):
        response = client.get(f"{FEED}?after={'0' * 16}-{place}")
        problem = response.get_json()
        assert (response.status_code, problem["code"]) == (410, "resync-required")
        assert problem["changes"] == f"http://127.0.0.1:8000{FEED}"
        assert problem["snapshots"] == "http://127.0.0.1:8000/v1/snapshots"
        assert response.headers["Cache-Control"] == "no-store"

    def test_a_position_in_the_future_is_one_that_was_lost(self, client):
        epoch = read(client)["epoch"]
        assert client.get(f"{FEED}?after={epoch}-2").status_code == 410

    @each(
        "query",
        [
            "after=",
            "after=1",
            "after=abc-1",
            f"after={'0' * 16}-1-1-1",
            "type=quotes",
            "type=",
            "newest=yes",
            "limit=0",
            "limit=1001",
            "since=1",
        ],
    )
    def test_other_parameters_are_refused_with_their_name(self, client, query):
        response = client.get(f"{FEED}?{query}")
        assert response.status_code == 422
        (error,) = response.get_json()["errors"]
        assert error["pointer"] == query.partition("=")[0]


class TestAtom:
    def test_it_has_the_latest_changes_first_each_with_a_link(self, editor):
        editor.put("/v1/themes/patience", THEME, headers=CREATE)
        editor.rename("/v1/themes/patience", "waiting")
        editor.delete("/v1/themes/waiting")
        editor.patch("/v1/themes/loneliness", {"label": "<i>Alone</i> & apart"})
        response = editor.get("/feeds/changes.atom")
        feed = atom(response.data)
        assert response.content_type == "application/atom+xml; charset=utf-8"
        titles = [entry.findtext("{*}title") for entry in feed.findall("{*}entry")]
        assert titles[:4] == [
            "Theme changed: <i>Alone</i> & apart",
            "Theme deleted: waiting",
            "Theme renamed: waiting (was patience)",
            "Theme published: patience",
        ]
        links = [entry.find("{*}link").get("href") for entry in feed.findall("{*}entry")]
        assert links[0] == "http://127.0.0.1:8000/themes/loneliness"
        ids = [entry.findtext("{*}id") for entry in feed.findall("{*}entry")]
        assert len(set(ids)) == len(ids) == 50

    def test_it_is_there_as_json_too(self, client):
        feed = client.get("/feeds/changes.json").get_json(force=True)
        assert len(feed["items"]) == 50
        assert "image" not in feed["items"][0]
