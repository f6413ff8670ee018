"""Items as they were at a generation, at a time, or at a revision."""

import datetime as dt

import pytest
from sqlalchemy import select

from api.core.resource_registry import get_schema_class
from api.representations import formats_for
from api.schemas.item_shape import available_includes
from api.schemas.reference_fields import list_links
from models import RESOURCES, ContentGeneration, Revision
from tests.api.past import HOURS, past_of
from tests.cases import each

BASE = "http://127.0.0.1:8000"
LINE = "/v1/quotes/the-lamp-1950-lamp-on"
#: The number of items of a type that are compared by day.
FEW = 3


@pytest.fixture
def past(database):
    with past_of(database) as past:
        yield past


def visible_paths(app, limit=None):
    """Return the paths of visible items of every type."""
    with app.extensions["database"].read_session() as session:
        for model in RESOURCES:
            statement = select(model.slug).where(model.is_visible).order_by(model.random_key).limit(limit)
            for slug in session.scalars(statement):
                yield model.type_name, f"/v1/{model.__tablename__}/{slug}"


def assert_present_state_is_the_item(app, limit=None):
    client = app.test_client()
    with app.extensions["database"].read_session() as session:
        generation = ContentGeneration.current(session)
    count = 0
    for _, path in visible_paths(app, limit):
        item = client.get(path)
        for moment in (generation, f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"):
            assert client.get(f"{path}?as_of={moment}").data == item.data, path
        count += 1
    return count


class TestPresent:
    """The state at the present generation is the item itself, byte for byte."""

    def test_of_some_items_of_every_type(self, app):
        assert assert_present_state_is_the_item(app, FEW) > 15

    @pytest.mark.nightly
    def test_of_every_item(self, app, essays_app):
        for content in (app, essays_app):
            assert assert_present_state_is_the_item(content) > 200

    @pytest.mark.nightly
    def test_with_fields_with_every_include_and_in_every_format(self, app):
        client = app.test_client()
        for type_name, path in visible_paths(app, 1):
            schema = get_schema_class(type_name)
            lists = list_links(schema._declared_fields)
            queries = ["fields=label,revision", *(f"format={one.name}" for one in formats_for(type_name))]
            if type_name not in ("quote", "commentary", "source"):
                queries = queries[:1]
            for name in available_includes(schema):
                if name in lists:
                    response = client.get(f"{path}?as_of=1&include={name}")
                    assert (response.status_code, name in response.text) == (422, True)
                else:
                    queries += [f"include={name}", f"include={name}&max_severity=0"]
            for query in queries:
                item, past = (client.get(f"{path}?{query}{more}") for more in ("", "&as_of=1"))
                assert (past.status_code, past.data) == (200, item.data), (path, query)
                assert past.headers["Content-Type"] == item.headers["Content-Type"]


class TestPast:
    def test_labels_of_references_are_as_they_were(self, past):
        before = past.generation()
        old = past.get(LINE)
        past.change("light", label="Brightness", name="Brightness")
        past.change("storm", slug="the-lamp-1950-tempest", label="Tempest")
        past.change("crude", deleted_at=HOURS[0])
        assert past.get(f"{LINE}?as_of={before}").data == old.data
        now = past.json(LINE)
        assert (now["themes"][0]["label"], now["scene"]["id"]) == ("Brightness", "the-lamp-1950-tempest")
        assert now["advisories"] == []

    def test_a_reference_under_a_former_id_has_the_id_of_the_moment(self, past):
        after = past.change("storm", slug="the-lamp-1950-tempest")
        past.change("storm", slug="the-lamp-1950-gale")
        assert past.json(f"{LINE}?as_of={after}")["scene"]["id"] == "the-lamp-1950-tempest"

    def test_what_others_say_of_an_item_is_as_it_was(self, past):
        dark, storm, morning = (past.path(name) for name in ("dark", "storm", "morning"))
        before = past.generation()
        old = [past.get(path).data for path in (dark, storm, morning)]
        with past.editing() as session:
            past.find(session, "dusk").broader = None
            past.find(session, "storm").position = 7
        assert past.json(dark)["narrower"] == []
        assert past.json(morning)["links"]["next"] == f"{BASE}{storm}"
        assert [past.get(f"{path}?as_of={before}").data for path in (dark, storm, morning)] == old

    def test_an_item_under_its_former_id(self, past):
        before = past.generation()
        past.change("dusk", slug="evening")
        assert past.json(f"/v1/themes/evening?as_of={before}")["id"] == "dusk"
        location = past.get(f"/v1/themes/dusk?as_of={before}", 308).headers["Location"]
        assert location == f"{BASE}/v1/themes/evening?as_of={before}"

    def test_before_the_creation_and_in_the_future(self, past):
        past.get(f"{LINE}?as_of=0", 404)
        past.get(f"{LINE}?as_of=2026-11-22T23:59:59Z", 404)
        error = past.json(f"{LINE}?as_of={past.generation() + 1}", 422)["errors"][0]
        assert error["detail"] == f"Must not be in the future: the latest generation is {past.generation()}."
        past.get(f"{LINE}?as_of=2999-01-01T00:00:00Z", 422)

    def test_records_of_older_versions_have_the_defaults_of_today(self, past):
        item = past.get(past.path("claim")).data
        with past.database.write_session() as session:
            row = session.scalars(select(Revision).filter_by(type_name="commentary").limit(1)).one()
            kept = {
                key: value for key, value in row.record.items() if key not in ("asserted_by", "editor_note")
            }
            row.record = kept | {"no_longer_known": 1}
        assert past.get(f"{past.path('claim')}?as_of=1").data == item


class TestTimes:
    def test_a_time_means_the_last_change_before_it(self, past):
        past.change("line", text="Second.", at=HOURS[1])
        past.change("line", text="Third.", at=HOURS[1])
        past.change("line", text="Fourth.", at=HOURS[2])
        texts = [
            past.json(f"{LINE}?as_of={at:%Y-%m-%dT%H:%M:%SZ}")["text"]
            for at in (HOURS[0], HOURS[1], HOURS[1] + dt.timedelta(minutes=59), HOURS[2])
        ]
        # Of two changes within a second, the later one counts.
        assert texts == ["Leave the lamp on.", "Third.", "Third.", "Fourth."]
        offset = past.json(f"{LINE}?as_of=2026-11-23T04:00:00%2B02:00")["text"]
        assert past.json(f"{LINE}?as_of=2026-11-23T04:00:00+02:00")["text"] == offset == "Third."

    def test_changes_of_a_pack_with_an_earlier_time_came_later(self, past):
        past.change("line", text="By an editor.", at=HOURS[3])
        past.change("line", text="By a pack.", editor="seed", at=HOURS[1])
        assert past.json(f"{LINE}?as_of=2026-11-23T03:00:00Z")["text"] == "Leave the lamp on."
        assert past.json(f"{LINE}?as_of=2026-11-23T04:00:00Z")["text"] == "By a pack."

    @each(
        "text",
        [
            "", "-1", "1.5", "x", "2147483648", "99999999999999999999", "2026-11-23", "2026-11-23T00:00:00",
            "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "%00", "1,2",
            "2026-W48-1T00:00:00Z%00", "1%20OR%201",
        ],
    )  # fmt: skip
    def test_any_other_text_is_refused(self, past, text):
        (error,) = past.json(f"{LINE}?as_of={text}", 422)["errors"]
        assert error["pointer"] == "as_of"


class TestLists:
    def test_they_have_no_past_and_say_what_to_use_instead(self, past):
        for path in (
            "/v1/films/the-lamp-1950/quotes",
            "/v1/quotes",
            "/v1/quotes/random",
            "/v1/search?q=lamp",
        ):
            for name in ("as_of=1", "revision=1"):
                (error,) = past.json(f"{path}{'&' if '?' in path else '?'}{name}", 422)["errors"]
                assert error["pointer"] == name.partition("=")[0]
                assert "/v1/quotes/{id}?as_of=7" in error["detail"]


class TestHeaders:
    def test_a_generation_is_immutable_and_a_time_is_not(self, past):
        first = past.get(f"{LINE}?as_of=1")
        assert first.headers["Cache-Control"] == "public, max-age=86400, immutable"
        assert "immutable" not in past.get(f"{LINE}?as_of=2026-11-23T00:00:00Z").headers["Cache-Control"]
        not_modified = past.client.get(f"{LINE}?as_of=1", headers={"If-None-Match": first.headers["ETag"]})
        assert not_modified.status_code == 304

    def test_they_are_those_of_a_memento(self, past):
        pin = past.pin("line")
        past.change("line", text="Other words.", at=HOURS[0])
        response = past.get(f"{LINE}?as_of=1")
        assert response.headers["Memento-Datetime"] == "Mon, 23 Nov 2026 00:00:00 GMT"
        assert response.headers["Link"] == (
            f'<{BASE}{LINE}>; rel="original", <{BASE}{LINE}/revisions>; rel="timemap", '
            f'<{BASE}{LINE}?as_of=1>; rel="memento", <{BASE}{LINE}?revision={pin}>; rel="bookmark"'
        )
        assert (
            f'<{BASE}{LINE}?revision={pin}>; rel="canonical"'
            in (past.get(f"{LINE}?revision=1").headers["Link"])
        )
        exposed = response.headers["Access-Control-Expose-Headers"]
        assert "Memento-Datetime" in exposed


class TestPins:
    def test_a_pinned_item_never_changes(self, past):
        pin = past.pin("line")
        old = past.get(LINE).data
        past.change("line", text="Other words.")
        past.change("light", label="Brightness")
        response = past.get(f"{LINE}?revision={pin}")
        assert response.data == old
        assert "immutable" in response.headers["Cache-Control"]
        numbered = past.get(f"{LINE}?revision=1")
        assert numbered.data == old
        assert "immutable" not in numbered.headers["Cache-Control"]
        assert past.json(f"{LINE}?revision=2")["text"] == "Other words."

    def test_an_unknown_digest_is_not_found(self, past):
        assert "has no public revision 1.abcdef" in past.json(f"{LINE}?revision=1.abcdef", 404)["detail"]

    def test_only_one_state_can_be_chosen(self, past):
        (error,) = past.json(f"{LINE}?revision=1&as_of=1", 422)["errors"]
        assert error["pointer"] == "revision"
