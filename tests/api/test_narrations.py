"""Narrations in the API: parts in the source's order, and only scenes that are public."""

import pytest

from models import Film, NarrationPart, Scene, Source, Status
from tests.models.content import source

ESSAY = "her-perfection-is-the-enemy-of-real"
URL = f"/v1/sources/{ESSAY}"
ROOF, OFFICE, ALONE = (f"her-2013-{name}" for name in ("the-rooftop", "the-letter-office", "time-alone"))
PARTS = [("The end first", [ROOF], [57]), (None, [OFFICE, ALONE], [5]), ("The end again", [ROOF], [55, 57])]


@pytest.fixture
def narrated(client_and_change, packed):
    """A client over a database in which the source has a narration."""
    client, _ = client_and_change
    with packed.write_session() as session:
        Source.by_slug(session, ESSAY).narration = [
            NarrationPart(
                title=title,
                scenes=[Scene.by_slug(session, slug) for slug in scenes],
                paragraphs=paragraphs,
            )
            for title, scenes, paragraphs in PARTS
        ]
    return client


def parts(item):
    return [
        (part["title"], [scene["id"] for scene in part["scenes"]], part["paragraphs"])
        for part in item["narration"]
    ]


class TestNarration:
    def test_it_is_empty_if_the_source_follows_the_film(self, client_and_change):
        client, _ = client_and_change
        assert client.get(URL).get_json()["narration"] == []

    def test_parts_have_the_sources_order(self, narrated):
        item = narrated.get(URL).get_json()
        assert parts(item) == PARTS
        scene = item["narration"][0]["scenes"][0]
        assert (scene["type"], scene["label"]) == ("scene", "The rooftop")
        listed = narrated.get("/v1/films/her-2013/sources?fields=narration").get_json()["data"]
        assert [parts(one) for one in listed] == [PARTS]

    def test_scenes_keep_the_films_order(self, narrated):
        scenes = narrated.get("/v1/films/her-2013/scenes?limit=2").get_json()["data"]
        assert [(scene["id"], scene["position"]) for scene in scenes] == [(OFFICE, 1), (ALONE, 2)]

    def test_a_changed_narration_changes_the_etag(self, narrated, packed):
        before = narrated.get(URL).headers["ETag"]
        with packed.write_session() as session:
            Source.by_slug(session, ESSAY).narration[1].scenes.pop()
        after = narrated.get(URL).headers["ETag"]
        assert int(after.strip('"').partition(".")[0]) == int(before.strip('"').partition(".")[0]) + 1

    def test_scenes_are_expanded_on_request(self, narrated):
        item = narrated.get(f"{URL}?include=scenes&fields=narration").get_json()
        assert item["narration"][1]["scenes"][1] == narrated.get(f"/v1/scenes/{ALONE}").get_json()

    def test_a_hidden_scene_is_left_out(self, narrated, client_and_change):
        client_and_change[1](Scene, OFFICE, status=Status.DRAFT)
        assert parts(narrated.get(URL).get_json())[1] == (None, [ALONE], [5])

    def test_scenes_of_a_hidden_film_are_left_out(self, narrated, client_and_change):
        client_and_change[1](Film, "her-2013", status=Status.DRAFT)
        item = narrated.get(URL).get_json()
        assert parts(item) == [(title, [], paragraphs) for title, _, paragraphs in PARTS]


@pytest.mark.any_database
class TestPages:
    def test_the_page_of_the_source_has_its_order(self, narrated):
        html = narrated.get(f"/sources/{ESSAY}").text
        section = html[html.index('id="narration"') :]
        labels = ["The end first", "The rooftop", "The letter office", "Time alone", "The end again"]
        places = [section.index(label) for label in labels]
        assert places == sorted(places)
        assert f'href="/scenes/{OFFICE}"' in section
        assert "¶&nbsp;55, 57" in section

    def test_a_source_that_follows_the_film_has_no_such_section(self, client_and_change):
        client, _ = client_and_change
        assert 'id="narration"' not in client.get(f"/sources/{ESSAY}").text
        assert "As told in" not in client.get("/films/her-2013").text

    def test_the_page_of_the_film_offers_the_order_of_each_source(self, narrated, packed):
        with packed.write_session() as session:
            film = Film.by_slug(session, "her-2013")
            session.add(source("another-essay", film))
        html = narrated.get("/films/her-2013").text
        order = html[html.index("As told in <cite>Her: Perfection") :]
        assert order.index("The rooftop") < order.index("The letter office")
        assert "Another-essay</a></cite> tells the scenes in this order." in html
