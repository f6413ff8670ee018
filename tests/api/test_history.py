"""The public history of items: lists of revisions, single revisions, and the difference of two."""

import pytest
from sqlalchemy import select

from models import RESOURCES, Film, Quote, QuoteKind, Status
from tests.api.past import HOURS, past_of
from tests.cases import each
from tests.models.content import film, quote

BASE = "http://127.0.0.1:8000"
LINE = "/v1/quotes/the-lamp-1950-lamp-on"


@pytest.fixture
def past(database):
    with past_of(database) as past:
        yield past


class TestList:
    def test_it_says_who_changed_an_item_when_and_why_and_what_the_change_did(self, past):
        past.change("line", text="Leave the light on.", editor="bo", note="As spoken.", at=HOURS[0])
        past.change("line", slug="the-lamp-1950-light-on", at=HOURS[1])
        past.change("line", deleted_at=HOURS[2], at=HOURS[2])
        past.change("line", deleted_at=None, at=HOURS[3])
        past.change("line", kind=QuoteKind.FRAGMENT, at=HOURS[4])
        past.change("line", kind=QuoteKind.DIALOGUE, at=HOURS[5])
        path = "/v1/quotes/the-lamp-1950-light-on"
        data = past.json(f"{path}/revisions")["data"]
        assert [one["change"] for one in data] == [
            "restore",
            "update",
            "restore",
            "delete",
            "rename",
            "update",
            "create",
        ]
        assert [one["number"] for one in data] == [7, 6, 5, 4, 3, 2, 1]
        pins = [one["pin"] for one in reversed(data)]
        # The content of revision 5 is that of 3, and so is that of 7.
        assert [one["restores"] for one in reversed(data)] == [None] * 4 + [pins[2], None, pins[4]]
        assert [one["item_id"].rpartition("-lamp-1950-")[2] for one in reversed(data)] == (
            ["lamp-on"] * 2 + ["light-on"] * 5
        )
        assert [one["is_deleted"] for one in reversed(data)] == [False] * 3 + [True] + [False] * 3
        second = data[5]
        assert second == {
            "type": "revision",
            "url": f"{BASE}{path}/revisions/{pins[1]}",
            "number": 2,
            "pin": pins[1],
            "change": "update",
            "restores": None,
            "item_id": "the-lamp-1950-lamp-on",
            "editor": "bo",
            "note": "As spoken.",
            "generation": 2,
            "is_deleted": False,
            "is_purged": False,
            "links": {
                "item": f"{BASE}{path}?revision={pins[1]}",
                "previous": f"{BASE}{path}/revisions/{pins[0]}",
                "diff": f"{BASE}{path}/revisions/{pins[0]}/diff/{pins[1]}",
            },
            "created_at": "2026-11-23T01:00:00Z",
        }
        for one in data:
            if not one["is_deleted"]:
                past.get(one["links"]["item"])

    def test_a_pack_is_an_editor(self, client):
        path = "/v1/themes/avoidance/revisions"
        assert {one["editor"] for one in client.get(path).get_json()["data"]} == {"pack"}

    def test_it_is_paged_like_other_lists(self, past):
        for number in range(2, 8):
            past.change("dusk", definition=f"Definition {number}.")
        path = past.path("dusk")
        numbers, url = [], f"{path}/revisions?limit=3&fields=number&count=true"
        while url:
            page = past.json(url)
            assert (page["page"]["total"], page["page"]["total_relation"]) == (7, "exact")
            numbers += [one["number"] for one in page["data"]]
            previous, url = page["page"]["previous"], page["page"]["next"]
        assert numbers == [7, 6, 5, 4, 3, 2, 1]
        page = past.json(previous)
        assert [one["number"] for one in page["data"]] == [4, 3, 2]
        assert [one["number"] for one in past.revisions("dusk", "?sort=number&limit=2")] == [1, 2]
        assert [one["number"] for one in past.revisions("dusk", "?sort=number,-number&limit=2")] == [1, 2]
        # The change is told by the previous revision, also at the end of a page.
        assert past.json(f"{path}/revisions?limit=1")["data"][0]["change"] == "update"
        cursor = page["page"]["next_cursor"]
        past.get(f"{past.path('dark')}/revisions?cursor={cursor}", 422)
        past.get(f"{path}/revisions?limit=0", 422)

    def test_every_resource_has_one(self, past):
        for model in RESOURCES:
            with past.database.read_session() as session:
                slug = session.scalars(select(model.slug).where(model.visible())).first()
            (first,) = past.json(f"/v1/{model.__tablename__}/{slug}/revisions")["data"]
            detail = past.json(first["url"])
            assert detail["record"]["id"] == slug
            assert not {"status", "deleted"} & detail["record"].keys()

    def test_an_old_id_redirects(self, past):
        past.change("dusk", slug="evening")
        response = past.get("/v1/themes/dusk/revisions?limit=1", 308)
        assert response.headers["Location"] == f"{BASE}/v1/themes/evening/revisions?limit=1"


class TestPublicOnly:
    def draft(self, past, name="dawn"):
        with past.editing(at=HOURS[0]) as session:
            film_ = past.find(session, "film")
            session.add(quote(film_, name, 9, status=Status.DRAFT, text="A secret draft."))
        for text in ("Another secret.", "A third secret."):
            with past.editing(at=HOURS[1]) as session:
                session.scalars(select(Quote).filter_by(slug=f"the-lamp-1950-{name}")).one().text = text
        return f"/v1/quotes/the-lamp-1950-{name}"

    def publish(self, past, name="dawn", **values):
        with past.editing(at=HOURS[2]) as session:
            found = session.scalars(select(Quote).filter_by(slug=f"the-lamp-1950-{name}")).one()
            found.assign({"status": Status.PUBLISHED} | values)

    def test_the_history_begins_with_publication(self, past):
        path = self.draft(past)
        before = past.generation()
        self.publish(past, text="Public words.")
        (only,) = past.json(f"{path}/revisions")["data"]
        assert (only["number"], only["change"], only["links"]["previous"]) == (4, "create", None)
        for number in (1, 2, 3):
            past.get(f"{path}/revisions/{number}", 404)
            past.get(f"{path}?revision={number}", 404)
            past.get(f"{path}/revisions/{number}/diff/4", 404)
        assert "was not public" in past.json(f"{path}?as_of={before}", 404)["detail"]

    @each("suffix", ["/revisions", "/revisions/1", "/revisions/1/diff/2", "?as_of=2", "?revision=1"])
    def test_a_draft_is_not_told_from_an_unknown_id(self, past, suffix):
        path = self.draft(past, f"dawn-{len(suffix)}")
        draft, unknown = (past.get(f"{one}{suffix}", 404) for one in (path, f"{path}x"))
        parts = ("instance", "request_id")
        without = [{k: v for k, v in one.get_json().items() if k not in parts} for one in (draft, unknown)]
        assert without[0] == without[1] | {"detail": without[1]["detail"].replace(f"{path[11:]}x", path[11:])}

    def test_what_was_superseded_while_its_film_was_a_draft_is_not_public(self, past):
        with past.editing() as session:
            lantern = film("lantern-1960", status=Status.DRAFT, title="Lantern")
            session.add_all([lantern, quote(lantern, "line", 1, text="A secret of the film.")])
        with past.editing() as session:
            session.scalars(select(Quote).filter_by(slug="lantern-1960-line")).one().text = "Public later."
        hidden = past.generation()
        past.get("/v1/quotes/lantern-1960-line/revisions", 404)
        with past.editing() as session:
            session.scalars(select(Film).filter_by(slug="lantern-1960")).one().status = Status.PUBLISHED
        (only,) = past.json("/v1/quotes/lantern-1960-line/revisions")["data"]
        assert (only["number"], only["change"]) == (2, "create")
        past.get("/v1/quotes/lantern-1960-line/revisions/1", 404)
        past.get(f"/v1/quotes/lantern-1960-line?as_of={hidden}", 404)
        # Its film was a draft when the revision was made.
        pinned = past.json(f"/v1/quotes/lantern-1960-line?revision={only['pin']}")
        assert (pinned["text"], pinned["film"]["id"]) == ("Public later.", "lantern-1960")

    def test_what_was_unpublished_has_no_history_until_it_is_public_again(self, past):
        past.change("dusk", status=Status.DRAFT)
        past.get("/v1/themes/dusk/revisions", 404)
        gap = past.change("dusk", definition="Secret.")
        past.change("dusk", status=Status.PUBLISHED, definition="Public.")
        data = past.revisions("dusk")
        assert [one["number"] for one in data] == [4, 1]
        assert data[0]["links"]["previous"] == data[1]["url"]
        past.get(f"/v1/themes/dusk?as_of={gap}", 404)


class TestDeleted:
    def test_the_history_of_a_deleted_item_stays(self, past):
        before = past.generation()
        pin = past.pin("line")
        gap = past.change("line", deleted_at=HOURS[0], at=HOURS[0])
        past.get(LINE, 410)
        last, first = past.revisions("line")
        assert (last["change"], first["change"]) == ("delete", "create")
        assert past.json(last["url"])["record"] is None
        assert past.json(f"{LINE}?as_of={before}")["text"] == "Leave the lamp on."
        assert past.json(f"{LINE}?revision={pin}")["text"] == "Leave the lamp on."
        assert past.json(f"{LINE}?as_of={gap}", 410)["detail"].endswith(f"was deleted at generation {gap}.")
        past.get(f"{LINE}?revision={last['pin']}", 410)
        past.get(last["links"]["diff"], 410)
        past.change("line", deleted_at=None, at=HOURS[1])
        past.get(f"{LINE}?as_of={gap}", 410)
        past.get(LINE)


class TestRevision:
    def test_it_has_the_content_as_a_pack_writes_it(self, past):
        record = past.json(f"{LINE}/revisions/1")["record"]
        assert (record["speaker"], record["themes"]) == ("the-lamp-1950-keeper", ["light"])
        assert record["citations"] == [{"source": "on-the-lamp", "paragraphs": [2]}]

    def test_a_pin_is_permanent_and_a_number_is_not(self, past):
        pin = past.pin("line")
        pinned, numbered = past.get(f"{LINE}/revisions/{pin}"), past.get(f"{LINE}/revisions/1")
        assert pinned.data == numbered.data
        assert "immutable" in pinned.headers["Cache-Control"]
        assert "immutable" not in numbered.headers["Cache-Control"]
        for response in (pinned, numbered):
            assert response.headers["Link"] == f'<{BASE}{LINE}/revisions/{pin}>; rel="canonical"'
            assert response.headers["Memento-Datetime"] == "Mon, 23 Nov 2026 00:00:00 GMT"
        again = past.client.get(f"{LINE}/revisions/{pin}", headers={"If-None-Match": pinned.headers["ETag"]})
        assert again.status_code == 304
        past.change("line", text="Other words.")
        assert past.get(f"{LINE}/revisions/{pin}").data == pinned.data

    def test_the_digest_of_a_pin_wins(self, past):
        pin = past.pin("line")
        past.change("line", text="Other words.")
        assert past.json(f"{LINE}/revisions/9.{pin.partition('.')[2]}")["number"] == 1
        detail = past.json(f"{LINE}/revisions/1.{'0' * 6}", 404)["detail"]
        assert "has no public revision 1.000000" in detail

    @each("pin", ["0", "01", "1.", "1.abc", "1.ABCDEF", "x", "1.gggggg", "99999999999", "1%2E", "-1"])
    def test_what_is_no_pin_is_not_found(self, past, pin):
        past.get(f"{LINE}/revisions/{pin}", 404)
        past.get(f"{LINE}?revision={pin}", 422)


class TestDifference:
    def test_it_names_values_and_words(self, past):
        past.change("line", text="Leave the light on.", kind=QuoteKind.FRAGMENT)
        past.change("film", identifiers={"imdb": "tt0000001", "wikidata": None, "tmdb": None})
        changes = past.json(f"{LINE}/revisions/1/diff/2")["changes"]
        assert [one["pointer"] for one in changes] == ["/text", "/kind"]
        assert changes[0] == {
            "pointer": "/text",
            "before": "Leave the lamp on.",
            "after": "Leave the light on.",
            "words": [
                {"op": "equal", "text": "Leave the "},
                {"op": "delete", "text": "lamp"},
                {"op": "insert", "text": "light"},
                {"op": "equal", "text": " on."},
            ],
        }
        reverse = past.json(f"{LINE}/revisions/2/diff/1")
        assert reverse["changes"][1] == changes[1] | {
            "before": "fragment",
            "after": "dialogue",
            "words": reverse["changes"][1]["words"],
        }
        assert (reverse["from"]["number"], reverse["to"]["number"]) == (2, 1)
        (change,) = past.json(f"{past.path('film')}/revisions/1/diff/2")["changes"]
        assert change == {
            "pointer": "/identifiers/imdb",
            "before": None,
            "after": "tt0000001",
            "words": None,
        }

    def test_a_list_is_compared_as_a_whole(self, past):
        with past.editing() as session:
            past.find(session, "line").assign({"themes": [past.find(session, "dark")]})
        (change,) = past.json(f"{LINE}/revisions/1/diff/2")["changes"]
        assert change == {"pointer": "/themes", "before": ["light"], "after": ["dark"], "words": None}

    def test_of_a_revision_and_itself_it_is_empty(self, past):
        pin = past.pin("line")
        response = past.get(f"{LINE}/revisions/{pin}/diff/{pin}")
        assert response.get_json()["changes"] == []
        assert "immutable" in response.headers["Cache-Control"]
