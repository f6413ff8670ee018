"""Arrange a theme's lines and commentary by film and scene, in the film's order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from api.pages.argument_tree import group_by_source

Items = list[dict[str, Any]]


@dataclass
class TimelineStop:
    """A scene with its lines and commentary about the theme; None for items without a scene.

    ``anchor`` is the fragment of its section on the page.
    """

    scene: dict[str, Any] | None
    anchor: str
    quotes: Items = field(default_factory=list)
    commentary: Items = field(default_factory=list)
    #: Commentary that an earlier stop shows in full.
    repeated: Items = field(default_factory=list)

    @property
    def commentary_by_source(self) -> dict[str | None, Items]:
        """The commentary, by the id of its source."""
        return group_by_source(self.commentary)


@dataclass
class FilmTimeline:
    """A film and its stops."""

    film: dict[str, Any]
    stops: list[TimelineStop]


def untagged_scenes(theme: dict[str, Any]) -> list[str]:
    """Return the ids of scenes that are not tagged with the theme but have lines or commentary about it."""
    tagged = {scene["id"] for scene in theme["scenes"]}
    scenes = [quote["scene"] for quote in theme["quotes"] if quote["scene"]]
    scenes += [scene for entry in theme["commentary"] for scene in entry["scenes"]]
    return [scene["id"] for scene in scenes if scene["id"] not in tagged]


def build_timelines(theme: dict[str, Any], untagged: dict[str, Any]) -> list[FilmTimeline]:
    """Return the timelines of a theme by film; ``untagged`` are the other scenes by id."""
    scenes = {scene["id"]: scene for scene in theme["scenes"]} | untagged
    stops = {slug: TimelineStop(scene, f"at-{slug}") for slug, scene in scenes.items()}
    films = {scene["film"]["id"]: scene["film"] for scene in scenes.values()}
    without_scene: dict[str, TimelineStop] = {}
    for quote in theme["quotes"]:
        films.setdefault(quote["film"]["id"], quote["film"])
        _find_stop(stops, without_scene, quote, quote["scene"]).quotes.append(quote)
    for entry in theme["commentary"]:
        films.setdefault(entry["film"]["id"], entry["film"])
        first, *later = sorted(entry["scenes"], key=lambda scene: _sort_key(scenes[scene["id"]])) or [None]
        _find_stop(stops, without_scene, entry, first).commentary.append(entry)
        for scene in later:
            stops[scene["id"]].repeated.append(entry)
    return [
        FilmTimeline(
            film, _film_stops(slug, stops.values()) + ([without_scene[slug]] if slug in without_scene else [])
        )
        for slug, film in sorted(films.items())
    ]


def _find_stop(
    stops: dict[str, TimelineStop], without_scene: dict[str, TimelineStop], item: dict[str, Any], scene: Any
) -> TimelineStop:
    if scene:
        return stops[scene["id"]]
    film = item["film"]["id"]
    # No id ends with a hyphen.
    return without_scene.setdefault(film, TimelineStop(None, f"at-{film}-"))


def _film_stops(slug: str, stops: Any) -> list[TimelineStop]:
    in_film = [stop for stop in stops if stop.scene["film"]["id"] == slug]
    return sorted(in_film, key=lambda stop: _sort_key(stop.scene))


def _sort_key(scene: dict[str, Any]) -> tuple[str, int, str]:
    return scene["film"]["id"], scene["position"], scene["id"]
