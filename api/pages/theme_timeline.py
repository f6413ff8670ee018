"""A theme through its films: in each the scenes in order, with the lines and claims about the theme."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Items = list[dict[str, Any]]


@dataclass
class TimelineStop:
    """A scene, or None for what belongs to no scene, and what is there about the theme."""

    scene: dict[str, Any] | None
    quotes: Items = field(default_factory=list)
    commentary: Items = field(default_factory=list)
    #: Claims that stand in full at an earlier stop.
    again: Items = field(default_factory=list)


@dataclass
class FilmTimeline:
    """A film, and the stops of the theme in it."""

    film: dict[str, Any]
    stops: list[TimelineStop]


def untagged_scenes(theme: dict[str, Any]) -> list[str]:
    """Return the ids of scenes that lines and claims about the theme name, but that do not carry it."""
    known = {scene["id"] for scene in theme["scenes"]}
    named = [quote["scene"] for quote in theme["quotes"] if quote["scene"]]
    named += [scene for claim in theme["commentary"] for scene in claim["scenes"]]
    return [scene["id"] for scene in named if scene["id"] not in known]


def build_timelines(theme: dict[str, Any], beyond: dict[str, Any]) -> list[FilmTimeline]:
    """Return the theme's threads, by film; ``beyond`` are those other scenes by id."""
    scenes = {scene["id"]: scene for scene in theme["scenes"]} | beyond
    stops = {slug: TimelineStop(scene) for slug, scene in scenes.items()}
    films = {scene["film"]["id"]: scene["film"] for scene in scenes.values()}
    ends: dict[str, TimelineStop] = {}
    for quote in theme["quotes"]:
        films.setdefault(quote["film"]["id"], quote["film"])
        _find_stop(stops, ends, quote, quote["scene"]).quotes.append(quote)
    for claim in theme["commentary"]:
        films.setdefault(claim["film"]["id"], claim["film"])
        first, *later = sorted(claim["scenes"], key=lambda scene: _sort_key(scenes[scene["id"]])) or [None]
        _find_stop(stops, ends, claim, first).commentary.append(claim)
        for scene in later:
            stops[scene["id"]].again.append(claim)
    return [
        FilmTimeline(film, _film_stops(slug, stops.values()) + ([ends[slug]] if slug in ends else []))
        for slug, film in sorted(films.items())
    ]


def _find_stop(
    stops: dict[str, TimelineStop], ends: dict[str, TimelineStop], item: dict[str, Any], scene: Any
) -> TimelineStop:
    return stops[scene["id"]] if scene else ends.setdefault(item["film"]["id"], TimelineStop(None))


def _film_stops(slug: str, stops: Any) -> list[TimelineStop]:
    found = [stop for stop in stops if stop.scene["film"]["id"] == slug]
    return sorted(found, key=lambda stop: _sort_key(stop.scene))


def _sort_key(scene: dict[str, Any]) -> tuple[str, int, str]:
    return scene["film"]["id"], scene["position"], scene["id"]
