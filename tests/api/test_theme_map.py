"""The theme map: its cells agree with the themes of scenes, quotes and commentary."""

import pytest

from models import theme_map
from tests.cases import each
from tests.lists import get_json, ids, items

CEILINGS = [{}, {"max_severity": 0}, {"max_severity": 1}]


def theme_maps(client, **query):
    """Return the map of every film, by its id."""
    return {
        slug: get_json(client, f"/v1/films/{slug}/theme-map", **query) for slug in ids(client, "/v1/films")
    }


def theme_links(client, path, **query):
    """Return the pairs of item id and theme id in a list."""
    items_ = items(client, path, fields="themes", **query)
    return [(item["id"], theme["id"]) for item in items_ for theme in item["themes"]]


def expected_cells(client, film, **query):
    """Return the cells according to the lists: [is_tagged, quotes, commentary] by scene and theme."""
    cells = {}
    for scene, theme in theme_links(client, "/v1/scenes", film=film, **query):
        cells.setdefault((scene, theme), [False, [], []])[0] = True
    for scene in ids(client, "/v1/scenes", film=film, **query):
        for index, name in ((1, "quotes"), (2, "commentary")):
            for slug, theme in theme_links(client, f"/v1/{name}", scene=scene, sort="id", **query):
                cells.setdefault((scene, theme), [False, [], []])[index].append(slug)
    return cells


@each("query", CEILINGS)
class TestCells:
    def test_they_agree_with_the_lists(self, anyone, query):
        for slug, body in theme_maps(anyone, **query).items():
            cells = {
                (cell["scene"], cell["theme"]): [cell["tagged"], cell["quotes"], cell["commentary"]]
                for cell in body["cells"]
            }
            assert len(cells) == len(body["cells"])
            assert cells == expected_cells(anyone, slug, **query)
            assert body["relation"] == "exact"

    def test_a_weight_is_the_number_of_links(self, anyone, query):
        for body in theme_maps(anyone, **query).values():
            for cell in body["cells"]:
                assert cell["weight"] == cell["tagged"] + len(cell["quotes"]) + len(cell["commentary"]) >= 1
            for theme in body["themes"]:
                weights = [cell["weight"] for cell in body["cells"] if cell["theme"] == theme["id"]]
                assert theme["weight"] == sum(weights)

    def test_scenes_are_those_of_the_film_in_order(self, anyone, query):
        keys = ("type", "id", "label", "url", "position")
        for slug, body in theme_maps(anyone, **query).items():
            scenes = items(anyone, "/v1/scenes", film=slug, **query)
            assert body["scenes"] == [{key: scene[key] for key in keys} for scene in scenes]

    def test_cells_are_sorted_by_scene_and_theme(self, anyone, query):
        for body in theme_maps(anyone, **query).values():
            columns = [scene["id"] for scene in body["scenes"]]
            rows = [theme["id"] for theme in body["themes"]]
            positions = [(columns.index(cell["scene"]), rows.index(cell["theme"])) for cell in body["cells"]]
            assert positions == sorted(positions)


class TestThemes:
    def test_themes_are_those_of_cells_and_their_broader_themes(self, anyone):
        broader = {item["id"]: item["broader"] for item in items(anyone, "/v1/themes")}
        for body in theme_maps(anyone).values():
            with_cells = {cell["theme"] for cell in body["cells"]}
            broader_ids = {broader[slug]["id"] for slug in with_cells if broader[slug]}
            assert {theme["id"] for theme in body["themes"]} == with_cells | broader_ids
            for theme in body["themes"]:
                assert theme["broader"] == (broader[theme["id"]] or {"id": None})["id"]

    def test_they_are_sorted_by_name_with_subthemes_below(self, anyone):
        names = {item["id"]: (item["name"], item["id"]) for item in items(anyone, "/v1/themes")}
        for body in theme_maps(anyone).values():
            order = [
                (names[theme["broader"] or theme["id"]], theme["broader"] is not None, names[theme["id"]])
                for theme in body["themes"]
            ]
            assert order == sorted(order)


class TestBounds:
    def test_the_keys_are_in_order(self, client):
        body = get_json(client, "/v1/films/her-2013/theme-map")
        assert list(body) == ["type", "film", "relation", "scenes", "themes", "cells"]
        assert (body["type"], body["film"]["id"]) == ("theme-map", "her-2013")
        assert list(body["cells"][0]) == ["scene", "theme", "weight", "tagged", "quotes", "commentary"]
        assert list(body["themes"][0]) == ["type", "id", "label", "url", "broader", "weight"]

    @pytest.mark.parametrize("bound", ["MAX_SCENES", "MAX_THEMES", "MAX_LINKS"])
    def test_a_large_map_is_truncated_and_says_so(self, app, monkeypatch, bound):
        client = app.test_client()
        complete = get_json(client, "/v1/films/her-2013/theme-map")
        monkeypatch.setattr(theme_map, bound, 5)
        truncated = get_json(client, "/v1/films/her-2013/theme-map")
        assert truncated["relation"] == "at-least"
        assert truncated["scenes"] == complete["scenes"][: len(truncated["scenes"])]
        assert 0 < len(truncated["cells"]) < len(complete["cells"])
        rows, columns = ({item["id"] for item in truncated[name]} for name in ("themes", "scenes"))
        assert all(cell["theme"] in rows and cell["scene"] in columns for cell in truncated["cells"])
