"""The rules for entries, one function each. Violations name the rule as its function, with hyphens.

Rules that are about the files of a pack are in ``seeds.rules``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from api.entries.argument_rules import (
    editors_relation,
    flagged_paragraph,
    one_sided_relation,
    path_to_thesis,
    relation_cycle,
    scene_without_commentary,
    weaker_advisory,
)
from api.entries.checked_entries import CheckedEntries, Rule
from api.entries.entry import MALFORMED_ID, ValidEntry
from api.entries.entry_schemas import entry_schema
from api.entries.resolve import Path, references
from api.entries.text_rules import omission, own_words, quote_length, repeated_quote, source_text, verbatim
from api.entries.violations import Level, Violation
from api.entries.wording_rules import hidden_view, opening_word
from api.schemas.fields import RESERVED_SLUGS
from models import RESOURCES
from models.film import OfFilm

#: Types that belong to a film. Their ids begin with the film's id.
TYPES_OF_FILM = tuple(model.type_name for model in RESOURCES if issubclass(model, OfFilm))


def id_form(result: CheckedEntries) -> Iterator[Violation]:
    """Check that an id is a slug of at most 80 characters and no reserved word."""
    for entry in result.entries:
        if not entry.has_valid_id:
            yield entry.violation("id-form", MALFORMED_ID)
        if entry.slug in RESERVED_SLUGS:
            yield entry.violation("id-form", "This word is reserved for routes and cannot be an id.")


def id_of_film(result: CheckedEntries) -> Iterator[Violation]:
    """Check that ids of a film's entries begin with the film's id."""
    for valid in result.valid_entries:
        film = valid.body.get("film")
        if valid.entry.type_name in TYPES_OF_FILM and not valid.slug.startswith(f"{film}-"):
            yield valid.entry.violation("id-of-film", id_of_film_message(film))


def id_of_film_message(film: str | None) -> str:
    """Return the message of that rule."""
    return f"The id must begin with the film's id: “{film}-…”."


def reference(result: CheckedEntries) -> Iterator[Violation]:
    """Check that references name existing resources of a film that the entry is about."""
    for valid in result.valid_entries:
        films = _films_of(valid)
        for path, type_name, slug in references(entry_schema(valid.entry.type_name), valid.body):
            if not result.exists(type_name, slug):
                yield valid.entry.violation("reference", result.why_missing(type_name, slug), *path)
            elif films and not any(_belongs_to_film(result, film, type_name, slug) for film in films):
                message = f"The {type_name} “{slug}” does not belong to {_any_of(films)}."
                yield valid.entry.violation("reference", message, *path)


def _films_of(valid: ValidEntry) -> list[str]:
    """Return the films that an entry is about, the main one first."""
    main = [valid.body["film"]] if valid.body.get("film") else []
    return [*main, *valid.body.get("further_films", ()), *valid.body.get("films", ())]


def _any_of(films: list[str]) -> str:
    names = ", ".join(f"“{film}”" for film in films)
    return f"any of the films {names}" if len(films) > 1 else f"the film {names}"


def _belongs_to_film(result: CheckedEntries, film: str, type_name: str, slug: str) -> bool:
    # Prefer the entry's own field to the prefix: one film's id may be a prefix of another's.
    if type_name not in TYPES_OF_FILM:
        return True
    target = result.find(type_name, slug)
    return target.body["film"] == film if target else slug.startswith(f"{film}-")


def listed_once(result: CheckedEntries) -> Iterator[Violation]:
    """Check that no list has duplicates and no entry refers to itself."""
    for valid in result.valid_entries:
        counts = Counter[tuple[Path, str, str]]()
        for path, type_name, slug in references(entry_schema(valid.entry.type_name), valid.body):
            if (type_name, slug) == (valid.entry.type_name, valid.slug):
                yield valid.entry.violation("listed-once", f"“{slug}” refers to itself.", *path)
            # The list itself, or the one of the objects that refer: scenes of two parts are in two lists.
            in_list = path[:-1] if isinstance(path[-1], int) else path[:1], type_name, slug
            counts[in_list] += 1
            if counts[in_list] == 2:
                yield valid.entry.violation("listed-once", f"“{slug}” is listed more than once.", *path)


def theme_hierarchy(result: CheckedEntries) -> Iterator[Violation]:
    """Check that the theme hierarchy has two levels and that no theme is related to its broader theme."""
    themes = {valid.slug: valid for valid in result.known("theme")}
    for theme in themes.values():
        broader = themes.get(theme.body["broader"] or "")
        if broader and broader.body["broader"]:
            message = f"“{broader.slug}” is a subtheme itself. A broader theme must be a top-level theme."
            cause = broader.entry, "broader"
            yield theme.entry.violation("theme-hierarchy", message, "broader", cause=cause)
        if theme.body["broader"] in theme.body["related"]:
            message = "A theme must not list its broader theme as related."
            yield theme.entry.violation("theme-hierarchy", message, "related")


def broader_theme(result: CheckedEntries) -> Iterator[Violation]:
    """Warn about entries with a theme and its broader theme: the subtheme implies the broader one."""
    broader = {theme.slug: theme.body["broader"] for theme in result.known("theme")}
    for valid in result.valid_entries:
        slugs = valid.body.get("themes", ())
        for index, slug in enumerate(slugs):
            narrower = next((other for other in slugs if broader.get(other) == slug), None)
            if narrower:
                message = f"“{narrower}” is a subtheme of “{slug}”. List the subtheme only."
                yield valid.entry.violation("broader-theme", message, "themes", index, level=Level.WARNING)


def related_both_ways(result: CheckedEntries) -> Iterator[Violation]:
    """Check that related themes list each other."""
    themes = {valid.slug: valid for valid in result.known("theme")}
    for theme in themes.values():
        for index, slug in enumerate(theme.body["related"]):
            if slug in themes and theme.slug not in themes[slug].body["related"]:
                message = f"“{slug}” does not list “{theme.slug}” as related. Both themes must do so."
                cause = themes[slug].entry, "related"
                yield theme.entry.violation("related-both-ways", message, "related", index, cause=cause)


def cited_paragraph(result: CheckedEntries) -> Iterator[Violation]:
    """Check that cited paragraphs exist, and are listed in ascending order without duplicates."""
    for valid in result.valid_entries:
        for path, slug, numbers in _paragraph_lists(valid):
            if sorted(set(numbers)) != numbers:
                message = "Paragraphs must be in ascending order without duplicates."
                yield valid.entry.violation("cited-paragraph", message, *path)
            for number in numbers:
                if result.lacks_paragraph(slug, number):
                    count = result.paragraph_count(slug)
                    message = f"“{slug}” has {count} paragraphs, so {number} does not exist."
                    yield valid.entry.violation("cited-paragraph", message, *path)


def _paragraph_lists(valid: ValidEntry) -> Iterator[tuple[Path, str, list[int]]]:
    """Yield the path of each list of paragraphs, the id of their source, and their numbers."""
    for index, citation in enumerate(valid.body.get("citations", ())):
        yield ("citations", index, "paragraphs"), citation["source"], citation["paragraphs"]
    for index, part in enumerate(valid.body.get("narration", ())):
        yield ("narration", index, "paragraphs"), valid.slug, part["paragraphs"]


def scenes_in_order(result: CheckedEntries) -> Iterator[Violation]:
    """Check that the scenes of a part of a narration are in the order of the film."""
    for valid in result.known("source"):
        for index, part in enumerate(valid.body["narration"]):
            scenes = (result.find("scene", slug) for slug in part["scenes"])
            places = [(scene.body["film"], scene.entry.position) for scene in scenes if scene]
            # Of several films, the part has one after the other.
            films = list(dict.fromkeys(film for film, _ in places))
            if places != sorted(places, key=lambda place: (films.index(place[0]), place[1])):
                message = (
                    "The scenes of a part must be in the film's order, which is that of scenes.yml. "
                    "If the source tells them in another order, divide the part."
                )
                checked = (result.entries_by_id.get(("scene", slug)) for slug in part["scenes"])
                moved = next(filter(None, checked), None)
                cause = (moved.entry, "position") if moved else None
                path = "narration", index, "scenes"
                yield valid.entry.violation("scenes-in-order", message, *path, cause=cause)


def used_theme(result: CheckedEntries) -> Iterator[Violation]:
    """Warn about themes that no entry uses."""
    if not result.is_complete:
        return
    used_slugs = {slug for valid in result.valid_entries for slug in valid.body.get("themes", ())}
    for theme in result.of_type("theme"):
        if theme.slug not in used_slugs:
            yield theme.entry.violation("used-theme", "No entry uses this theme.", level=Level.WARNING)


def coverage(result: CheckedEntries) -> Iterator[Violation]:
    """Warn about body paragraphs of a source that no entry cites."""
    if not result.is_complete:
        return
    cited = defaultdict(set)
    for valid in result.valid_entries:
        for citation in valid.body.get("citations", ()):
            cited[citation["source"]].update(citation["paragraphs"])
    for source in result.of_type("source"):
        for index, paragraph in enumerate(source.body["paragraphs"]):
            if paragraph["kind"] == "body" and index + 1 not in cited[source.slug]:
                message = f"No entry cites paragraph {index + 1}."
                yield source.entry.violation("coverage", message, "paragraphs", index, level=Level.WARNING)


#: The rules for entries wherever they come from, in the order in which they run.
ENTRY_RULES: tuple[Rule, ...] = (
    id_form,
    reference,
    listed_once,
    theme_hierarchy,
    broader_theme,
    related_both_ways,
    cited_paragraph,
    scenes_in_order,
    quote_length,
    used_theme,
    source_text,
    verbatim,
    omission,
    repeated_quote,
    own_words,
    coverage,
    one_sided_relation,
    editors_relation,
    relation_cycle,
    path_to_thesis,
    scene_without_commentary,
    flagged_paragraph,
    weaker_advisory,
    opening_word,
    hidden_view,
)
