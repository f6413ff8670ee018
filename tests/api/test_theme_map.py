"""The theme map: its cells are what scenes, quotes and claims say of themselves."""

import pytest

from models import theme_map
from tests.cases import each
from tests.lists import get_json, ids, items

CEILINGS = [{}, {"max_severity": 0}, {"max_severity": 1}]


def maps(client, **query):
    """Return the map of every film, by its id."""
    return {
        slug: get_json(client, f"/v1/films/{slug}/theme-map", **query) for slug in ids(client, "/v1/films")
    }


def themed(client, path, **query):
    """Return the id and the theme of every item of a list."""
    found = items(client, path, fields="themes", **query)
    return [(item["id"], theme["id"]) for item in found for theme in item["themes"]]


def expected_cells(client, film, **query):
    """Return the cells that the lists make: scene, theme, whether it is tagged, quotes, claims."""
    cells = {}
    for scene, theme in themed(client, "/v1/scenes", film=film, **query):
        cells.setdefault((scene, theme), [False, [], []])[0] = True
    for scene in ids(client, "/v1/scenes", film=film, **query):
        for place, name in ((1, "quotes"), (2, "commentary")):
            for slug, theme in themed(client, f"/v1/{name}", scene=scene, sort="id", **query):
                cells.setdefault((scene, theme), [False, [], []])[place].append(slug)
    return cells


@each("query", CEILINGS)
class TestCells:
    def test_they_are_what_the_lists_say(self, anyone, query):
        for slug, body in maps(anyone, **query).items():
            found = {
                (cell["scene"], cell["theme"]): [cell["tagged"], cell["quotes"], cell["commentary"]]
                for cell in body["cells"]
            }
            assert len(found) == len(body["cells"])
            assert found == expected_cells(anyone, slug, **query)
            assert body["relation"] == "exact"

    def test_a_weight_is_the_number_of_ties(self, anyone, query):
        for body in maps(anyone, **query).values():
            for cell in body["cells"]:
                assert cell["weight"] == cell["tagged"] + len(cell["quotes"]) + len(cell["commentary"]) >= 1
            for theme in body["themes"]:
                of_theme = [cell["weight"] for cell in body["cells"] if cell["theme"] == theme["id"]]
                assert theme["weight"] == sum(of_theme)

    def test_scenes_are_those_of_the_film_in_order(self, anyone, query):
        keys = ("type", "id", "label", "url", "position")
        for slug, body in maps(anyone, **query).items():
            scenes = items(anyone, "/v1/scenes", film=slug, **query)
            assert body["scenes"] == [{key: scene[key] for key in keys} for scene in scenes]

    def test_cells_come_scene_by_scene_in_the_order_of_the_themes(self, anyone, query):
        for body in maps(anyone, **query).values():
            columns = [scene["id"] for scene in body["scenes"]]
            rows = [theme["id"] for theme in body["themes"]]
            places = [(columns.index(cell["scene"]), rows.index(cell["theme"])) for cell in body["cells"]]
            assert places == sorted(places)


class TestThemes:
    def test_each_is_a_theme_of_a_cell_or_broader_than_one(self, anyone):
        broader = {item["id"]: item["broader"] for item in items(anyone, "/v1/themes")}
        for body in maps(anyone).values():
            with_cells = {cell["theme"] for cell in body["cells"]}
            above = {broader[slug]["id"] for slug in with_cells if broader[slug]}
            assert {theme["id"] for theme in body["themes"]} == with_cells | above
            for theme in body["themes"]:
                assert theme["broader"] == (broader[theme["id"]] or {"id": None})["id"]

    def test_they_stand_by_name_and_what_is_narrower_behind(self, anyone):
        names = {item["id"]: (item["name"], item["id"]) for item in items(anyone, "/v1/themes")}
        for body in maps(anyone).values():
            order = [
                (names[theme["broader"] or theme["id"]], theme["broader"] is not None, names[theme["id"]])
                for theme in body["themes"]
            ]
            assert order == sorted(order)


class TestBounds:
    def test_the_shape(self, client):
        body = get_json(client, "/v1/films/her-2013/theme-map")
        assert list(body) == ["type", "film", "relation", "scenes", "themes", "cells"]
        assert (body["type"], body["film"]["id"]) == ("theme-map", "her-2013")
        assert list(body["cells"][0]) == ["scene", "theme", "weight", "tagged", "quotes", "commentary"]
        assert list(body["themes"][0]) == ["type", "id", "label", "url", "broader", "weight"]

    @pytest.mark.parametrize("bound", ["MAX_SCENES", "MAX_THEMES", "MAX_LINKS"])
    def test_a_map_of_too_much_is_the_beginning_and_says_so(self, app, monkeypatch, bound):
        client = app.test_client()
        whole = get_json(client, "/v1/films/her-2013/theme-map")
        monkeypatch.setattr(theme_map, bound, 5)
        cut = get_json(client, "/v1/films/her-2013/theme-map")
        assert cut["relation"] == "at-least"
        assert cut["scenes"] == whole["scenes"][: len(cut["scenes"])]
        assert 0 < len(cut["cells"]) < len(whole["cells"])
        rows, columns = ({one["id"] for one in cut[name]} for name in ("themes", "scenes"))
        assert all(cell["theme"] in rows and cell["scene"] in columns for cell in cut["cells"])
