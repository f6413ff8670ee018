"""Write an item as schema.org JSON-LD: a ``Quotation``, a ``Claim`` or a ``CreativeWork``."""

from __future__ import annotations

import json
from typing import Any

from api.representations.author_names import Name, credited_names
from api.representations.shared_wording import (
    SERVICE_NAME,
    Item,
    attribution,
    content_note,
    encode_uri,
    format_paragraphs,
    is_editors_own,
    own_source_first,
    public_url,
    quoted_critic,
    service_url,
)

CONTEXT = "https://schema.org"
#: schema.org has no types for essays and talks.
WORKS = {"essay": "Article", "review": "Review", "book": "Book"}
IDENTIFIER_URLS = {
    "imdb": "https://www.imdb.com/title/",
    "wikidata": "https://www.wikidata.org/wiki/",
    "tmdb": "https://www.themoviedb.org/movie/",
}

Node = dict[str, Any]


def write(item: Item) -> str:
    """Return an item as a JSON-LD document."""
    return dumps({"@context": CONTEXT, **WRITERS[item["type"]](item)})


def dumps(node: Node) -> str:
    """Return JSON without ``<``, so that it is safe inside a ``script`` element."""
    return json.dumps(node, ensure_ascii=False, indent=2).replace("<", "\\u003c") + "\n"


def node(type_name: str, reference: Item, **properties: Any) -> Node:
    """Return a node with its type, id and name, and all properties that are not empty."""
    non_empty = {name: value for name, value in properties.items() if value}
    return {"@type": type_name, "@id": encode_uri(reference["url"]), "name": reference["label"]} | non_empty


def organization(name: str, **properties: str) -> Node:
    """Return an organization by name."""
    return {"@type": "Organization", "name": name} | properties


def provider(item: Item) -> Node:
    """Return this service as an organization."""
    return organization(SERVICE_NAME, url=service_url(item))


def author(name: Name) -> Node:
    """Return an author; one whose kind is unknown has no type."""
    if name.kind is None:
        return {"name": name.name}
    parts = {"givenName": name.given, "familyName": name.full_family, "honorificSuffix": name.suffix}
    if name.is_single:
        parts = {}
    type_name = "Person" if name.kind == "person" else "Organization"
    return {"@type": type_name, "name": name.name} | {part: text for part, text in parts.items() if text}


def movie(film: Item) -> Node:
    """Return a film, without its performers."""
    identifiers = film.get("identifiers") or {}
    year = film.get("release_year")
    return node(
        "Movie",
        film,
        name=film.get("title"),
        datePublished=year and f"{year:04}",
        director=[{"@type": "Person", "name": name} for name in film.get("directors", ())],
        sameAs=[encode_uri(IDENTIFIER_URLS[kind] + value) for kind, value in identifiers.items() if value],
    )


def character(reference: Item, film: Item, type_name: str = "Thing") -> Node:
    """Return a character with a description, because schema.org has no type for fictional characters.

    Only ``spokenByCharacter`` requires a ``Person``; elsewhere a character is a ``Thing``.
    """
    return node(type_name, reference, disambiguatingDescription=f"A character in {film['label']}.")


def clip(scene: Item, film: Item) -> Node:
    """Return a scene as a part of its film."""
    return node("Clip", scene, isPartOf={"@id": encode_uri(film["url"])})


def work(source: Item) -> Node:
    """Return a source; its publication replaces an unknown author."""
    publication, authors = source.get("publication"), [author(name) for name in credited_names(source)]
    kind = WORKS.get(source.get("kind", ""), "CreativeWork")
    return node(
        kind,
        source,
        name=source.get("title"),
        alternativeHeadline=source.get("subtitle"),
        author=authors[0] if len(authors) == 1 else authors,
        publisher=publication and organization(publication),
        articleSection=source.get("section") if kind == "Article" else None,
        datePublished=source.get("published_on"),
        inLanguage=source.get("language"),
        url=encode_uri(source.get("source_url") or public_url(source)),
        copyrightNotice=source.get("rights"),
    )


def passages(item: Item) -> list[Node]:
    """Return the cited paragraphs as parts of their sources."""
    return [
        {
            "@type": "CreativeWork",
            "@id": encode_uri(f"{citation['source']['url']}/paragraphs/{number}"),
            "name": format_paragraphs([number]),
            "position": number,
            "isPartOf": {"@id": encode_uri(citation["source"]["url"])},
        }
        for citation in item["citations"]
        for number in citation["paragraphs"]
    ]


def quotation(quote: Item) -> Node:
    """Return a quote: a line of the film, the words of a critic whom the source quotes, or its own."""
    film, scene, cited = quote["film"], quote["scene"], [each["source"] for each in quote["citations"]]
    works = [work(source) for source in cited]
    about = [clip(scene, film)] if scene else []
    if quote["voice"] == "film":
        # schema.org cannot express an uncertain speaker; the description does.
        is_known = quote["speaker"] and quote["speaker_certainty"] != "uncertain"
        speaker = is_known and character(quote["speaker"], film, "Person")
        origin: Node = {"spokenByCharacter": speaker, "isPartOf": [movie(film), *about]}
        about = []
    else:
        critic = quoted_critic(quote)
        writers = [Name(critic)] if critic else [name for source in cited for name in credited_names(source)]
        origin = {
            "author": [author(name) for name in writers],
            "isPartOf": [{"@id": each["@id"]} for each in works],
        }
        about = [movie(film), *about]
    return _record("Quotation", quote, **origin, isBasedOn=works, about=about + _themes(quote))


def claim(commentary: Item) -> Node:
    """Return a commentary entry as a ``Claim`` that appears in its sources, unless it is the editors' own."""
    works = [work(each["source"]) for each in own_source_first(commentary)]
    films = [commentary["film"], *commentary["films"][1:]]
    characters = [character(each, _film_of(each, films)) for each in commentary["characters"]]
    scenes = [clip(each, _film_of(each, films)) for each in commentary["scenes"]]
    return _record(
        "Claim",
        commentary,
        **(
            {"author": provider(commentary), "isBasedOn": works}
            if is_editors_own(commentary)
            else {
                "claimInterpreter": provider(commentary),
                "appearance": works,
                "isBasedOn": [{"@id": each["@id"]} for each in works],
            }
        ),
        about=[*map(movie, films), *scenes, *characters, *_themes(commentary)],
        mentions=[node("Quotation", quote) for quote in commentary["quotes"]],
    )


def _film_of(reference: Item, films: list[Item]) -> Item:
    """Return the film that a scene or a character belongs to: its id begins with the film's id."""
    own = [film for film in films if reference["id"].startswith(f"{film['id']}-")]
    return max(own, key=lambda film: len(film["id"]), default=films[0])


def _record(type_name: str, item: Item, **properties: Any) -> Node:
    """Return the common properties of a quote and a commentary entry, and their own."""
    credit = f"{attribution(item)}."
    description = " ".join(filter(None, (credit, content_note(item))))
    return node(
        type_name,
        item,
        url=public_url(item),
        text=item["text"],
        inLanguage=item["language"],
        description=description,
        creditText=credit,
        **properties,
        citation=passages(item),
        copyrightNotice=item.get("rights"),
        dateCreated=item["created_at"],
        dateModified=item["updated_at"],
    )


def _themes(item: Item) -> list[Node]:
    return [node("DefinedTerm", theme) for theme in item["themes"]]


def _source(source: Item) -> Node:
    films = [movie(film) for film in source["films"]]
    return work(source) | {"about": films, "dateModified": source["updated_at"]}


WRITERS = {"quote": quotation, "commentary": claim, "source": _source}
