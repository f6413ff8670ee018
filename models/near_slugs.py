"""Near slugs: the public ids that may have been meant by an id that does not exist.

A typing error is undone by looking up every slug that is one edit away, a missing year or film by putting in
the films whose ids begin alike. Other differences are found among the neighbours in the order of ids. All of
these are look-ups in unique indexes; their number depends on the length of the slug, not on the size of the
table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from functools import cache
from typing import Any

import orjson
from sqlalchemy import JSON, Select, String, and_, cast, false, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from models.single_edits import single_edits
from models.types import SLUG_CHARACTERS, SLUG_LENGTH

MAX_NEAR_SLUGS = 3
#: Slugs that are compared on each side of the missing one, and films whose ids are put in.
MAX_NEIGHBOURS, MAX_FILMS = 40, 20
#: The similarity (``SequenceMatcher.ratio``) from which two slugs are near, without the film's id in both.
MIN_SIMILARITY = 0.6
#: Shorter beginnings of a slug could mean anything, unless they are a whole word of it.
MIN_BEGINNING = 3
YEAR = re.compile(r"[0-9]{4}")


def near_slugs(session: Session, model: Any, slug: str) -> tuple[str, ...]:
    """Return up to ``MAX_NEAR_SLUGS`` slugs of public resources that are near ``slug``, the nearest first."""
    if len(slug) > SLUG_LENGTH:
        return ()
    film = model.film.property.mapper.class_ if hasattr(model, "film") else None
    edits = single_edits(slug, SLUG_CHARACTERS)
    guesses = {*edits, *_beginnings(slug), *(_with_film(session, film, slug) if film else ())}
    neighbours = session.scalars(_select_neighbours(model, slug)).all()
    columns = [model.slug]
    if film:
        of_film = aliased(film)
        columns.append(select(of_film.slug).where(of_film.id == model.film_id).scalar_subquery())
    given = model.slug.in_(_select_texts(session, sorted({*guesses, *neighbours})))
    public = model.select_public().where(given).with_only_columns(*columns, maintain_column_froms=True)
    # A matcher prepares its second text, here the missing slug, once for all candidates.
    matcher = cache(lambda text: SequenceMatcher(b=text))
    ranked = sorted(
        (candidate not in guesses, -similarity, candidate)
        for candidate, *prefix in session.execute(public)
        if (similarity := _similarity(matcher, slug, candidate, *prefix)) or candidate in guesses
    )
    return tuple(candidate for _, _, candidate in ranked[:MAX_NEAR_SLUGS])


def _select_texts(session: Session, texts: list[str]) -> Select[Any]:
    """Return a statement for these texts, which are one parameter.

    A long slug has 6,000 single edits: with as many parameters, the statement would take 15 ms to build.
    """
    array = literal(orjson.dumps(texts).decode(), String)
    if session.get_bind().dialect.name == "sqlite":
        return select(func.json_each(array).table_valued("value").c.value)
    return select(func.json_array_elements_text(cast(array, JSON)).column_valued())


def _beginnings(slug: str) -> Iterator[str]:
    """Yield the slug without its last word, its last two words and so on."""
    while "-" in slug:
        slug = slug.rpartition("-")[0]
        yield slug


def _with_film(session: Session, film: Any, slug: str) -> Iterator[str]:
    """Yield the slug with the id of a film in place of its first words, or before them."""
    words = slug.split("-")
    heads = ["-".join(words[:number]) for number in range(1, len(words))]
    films = film.select_where().with_only_columns(film.slug).order_by(film.slug).limit(MAX_FILMS)
    for film_slug in session.scalars(films):
        yield f"{film_slug}-{slug}"
    # "." follows "-" in ASCII: these are the ids that begin with the words of a head.
    beginnings = [and_(film.slug >= f"{head}-", film.slug < f"{head}.") for head in heads]
    for film_slug in session.scalars(films.where(or_(false(), *beginnings))):
        for number, head in enumerate(heads, 1):
            if film_slug.startswith(f"{head}-"):
                yield "-".join([film_slug, *words[number:]])
                if YEAR.fullmatch(words[number]):
                    yield "-".join([film_slug, *words[number + 1 :]])


def _select_neighbours(model: Any, slug: str) -> Select[Any]:
    after = select(model.slug).where(model.slug > slug).order_by(model.slug).limit(MAX_NEIGHBOURS)
    before = select(model.slug).where(model.slug < slug).order_by(model.slug.desc()).limit(MAX_NEIGHBOURS)
    return union_all(*(select(side.subquery()) for side in (after, before)))  # type: ignore[return-value]


def _similarity(
    matcher: Callable[[str], SequenceMatcher[str]], slug: str, candidate: str, *prefixes: str
) -> float:
    """Return how similar two slugs are without a prefix that both have; 0 if they are not near.

    ``matcher`` returns the same matcher each time it is called with a text.
    """
    for prefix in prefixes:
        if slug.startswith(f"{prefix}-") and candidate.startswith(f"{prefix}-"):
            slug, candidate = slug[len(prefix) + 1 :], candidate[len(prefix) + 1 :]
    if candidate.startswith(f"{slug}-") or (len(slug) >= MIN_BEGINNING and candidate.startswith(slug)):
        return 1
    comparison = matcher(slug)
    comparison.set_seq1(candidate)
    # The upper bound is cheap, and rules out most.
    ratio = comparison.ratio() if comparison.quick_ratio() >= MIN_SIMILARITY else 0
    return ratio if ratio >= MIN_SIMILARITY else 0
