"""A mix of legal requests: every list and item with random filters, fields, includes, sort keys and cursors.

The requests follow from the OpenAPI document, the ids of a catalogue and a seed. Hardly any two have the same
shape, so they show what a request of a shape costs that was not requested before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.openapi_spec.components import has_public_get
from models import RESOURCES, Film, Paragraph, Quote, Source
from models.search.index_tables import DocumentFrequency

#: The resource type of parameters that do not have its name; None for the type of the list's own items.
TYPES_BY_PARAMETER = {
    "theme_all": "theme",
    "broader": "theme",
    "related": "theme",
    "exclude_advisory": "advisory",
    "speaker": "character",
    "relates_to": "commentary",
    "subject": "commentary",
    "object": "commentary",
}
#: The chance that a request has a parameter; ``OTHER_CHANCE`` for all others.
CHANCES = {"fields": 0.5, "include": 0.4, "sort": 0.4, "limit": 0.5, "count": 0.2, "facets": 0.15, "q": 0.15}
OTHER_CHANCE, CURSOR_CHANCE = 0.12, 0.25
#: The maximum number of values of a list parameter.
MAX_VALUES = 4
#: Parameters that are not varied: ``cursor`` is added last, other formats are not compared, few items have an
#: older state.
FIXED = {"cursor", "format", "date", "tz", "as_of", "revision"}
IDS_PER_TYPE = 200
#: Returns the ``next_cursor`` of the page at a path and query, or None.
FindCursor = Callable[[str], str | None]


def request_mix(
    document: dict[str, Any],
    values: dict[str, list[Any]],
    number: int,
    seed: int,
    find_cursor: FindCursor,
    *,
    max_values: int = MAX_VALUES,
) -> list[str]:
    """Return the paths and queries of ``number`` requests that differ from each other.

    ``values`` maps parameter names and resource types to values (``sample_values``), of which a parameter has
    at most ``max_values``.
    """
    random = Random(seed)  # noqa: S311 (not for security)
    operations = list(_operations(document))
    urls: dict[str, None] = {}
    while len(urls) < number:
        path, parameters = random.choice(operations)
        query = dict(_random_query(random, document, path, parameters, values, max_values=max_values))
        ids = {name: random.choice(values[name]) for name in _path_parameters(path)}
        url = path.format(**ids) + (f"?{urlencode(query, safe=',')}" if query else "")
        if "cursor" in parameters and random.random() < CURSOR_CHANCE and (cursor := find_cursor(url)):
            url += f"{'&' if query else '?'}cursor={cursor}"
        urls[url] = None
    return list(urls)


#: The filters of the mix of quotes, each with its values or the name of a type; and the fields of quotes.
QUOTE_FILTERS: dict[str, Any] = {
    "film": "film",
    "scene": "scene",
    "speaker": "speaker",
    "source": "source",
    "theme": "theme",
    "language": "language",
    "kind": ("dialogue", "fragment", "aphorism"),
    "voice": ("film", "essay"),
    "fidelity": ("as-quoted-by-source", "verified-in-film"),
}
QUOTE_SORT_KEYS = ("film", "position", "created_at", "updated_at", "word_count", "id")
QUOTE_FIELDS = (
    *("label", "url", "html_url", "text", "language", "word_count", "kind", "voice", "fidelity", "speaker"),
    *("speaker_certainty", "film", "scene", "themes", "advisories", "citations", "rights", "editor_note"),
    *("links", "revision", "created_at", "updated_at"),
)


def quote_mix(values: dict[str, list[Any]], number: int, seed: int) -> list[str]:
    """Return requests of quotes, with filters, ``fields``, ``sort`` and ``limit``, and of single quotes."""
    random = Random(seed)  # noqa: S311 (not for security)
    urls: dict[str, None] = {}
    while len(urls) < number:
        query: dict[str, Any] = {}
        if random.random() < CHANCES["fields"]:
            query["fields"] = ",".join(random.sample(QUOTE_FIELDS, random.randint(1, 8)))
        path = f"/v1/quotes/{random.choice(values['quote'])}"
        if random.random() < 0.75:
            path = "/v1/quotes"
            for name, known in QUOTE_FILTERS.items():
                if random.random() < 2 * OTHER_CHANCE:
                    ids = isinstance(known, str) and values[TYPES_BY_PARAMETER.get(known, known)]
                    chosen = list(ids or known)
                    count = random.randint(1, min(MAX_VALUES, len(chosen)))
                    query[name] = ",".join(random.sample(chosen, count))
            if random.random() < CHANCES["sort"]:
                keys = random.sample(QUOTE_SORT_KEYS, random.randint(1, 3))
                query["sort"] = ",".join(random.choice(("", "-")) + key for key in keys)
            if random.random() < CHANCES["limit"]:
                query["limit"] = random.randint(1, 100)
        urls[f"{path}?{urlencode(query, safe=',')}" if query else path] = None
    return list(urls)


def sample_values(session: Session) -> dict[str, list[Any]]:
    """Return values of a catalogue: ids by resource type and by path parameter, words, languages, years."""
    values: dict[str, list[Any]] = {}
    for model in RESOURCES:
        ids = select(model.slug).where(model.is_visible).order_by(model.random_key).limit(IDS_PER_TYPE)
        values[model.type_name] = values[f"{model.type_name}_id"] = list(session.scalars(ids))
    words = select(DocumentFrequency.term).where(DocumentFrequency.term.like("~____%"))
    terms = session.scalars(words.order_by(DocumentFrequency.documents.desc()).limit(IDS_PER_TYPE))
    values["q"] = [term[1:] for term in terms]
    values["release_year"] = list(session.scalars(select(Film.release_year).distinct().limit(50)))
    values["language"] = list(session.scalars(select(Quote.language).distinct()))
    values["number"] = list(range(1, (session.scalar(select(func.min(Paragraph.number))) or 1) + 5))
    cited = select(Source.slug).join(Paragraph).distinct().limit(IDS_PER_TYPE)
    values["source_id"] = list(session.scalars(cited)) or values["source_id"]
    values["seed"] = [f"seed-{number}" for number in range(100)]
    return values


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the path of each GET of content that needs no key, with its query parameters by name.

    Generated content has no history.
    """
    for path, item in document["paths"].items():
        if has_public_get(item) and "/revisions" not in path and path not in ("/v1", "/v1/meta"):
            listed = [_resolve(document, one) for one in item["get"].get("parameters", ())]
            yield path, {one["name"]: one for one in listed if one["in"] == "query"}


def _resolve(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        target: Any = document
        for name in node["$ref"].split("/")[1:]:
            target = target[name]
        node = target
    return node


def _path_parameters(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]


def _random_query(
    random: Random,
    document: dict[str, Any],
    path: str,
    parameters: dict[str, Any],
    values: dict[str, list[Any]],
    *,
    max_values: int,
) -> Iterator[tuple[str, Any]]:
    own_type = next((name for name in _collections() if f"/{name}" in path.rsplit("{", maxsplit=1)[-1]), "")
    for name, parameter in parameters.items():
        is_needed = parameter.get("required") or (name == "q" and path == "/v1/search")
        if name in FIXED or not (is_needed or random.random() < CHANCES.get(name, OTHER_CHANCE)):
            continue
        schema = _resolve(document, parameter["schema"])
        if schema["type"] == "boolean":
            yield name, "true"
        elif schema["type"] == "integer":
            yield name, random.randint(schema["minimum"], schema["maximum"])
        else:
            allowed = schema.get("enum") or _resolve(document, schema.get("items", {})).get("enum")
            key = TYPES_BY_PARAMETER.get(name, name)
            if name in ("id", "exclude"):
                key = _collections()[own_type]
            known = allowed or values[key]
            most = 1 if schema["type"] == "string" else min(max_values, len(known), schema["maxItems"])
            chosen = random.sample(known, random.randint(1, most))
            if name == "sort":
                chosen = list({key.lstrip("-"): key for key in chosen}.values())
            yield name, ",".join(map(str, chosen))


def _collections() -> dict[str, str]:
    """Return the resource types by the names of their collections."""
    return {model.__tablename__: model.type_name for model in RESOURCES}
