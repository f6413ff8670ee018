"""Two essays on one film: what belongs to which, as their packs say, and who is named where a response shows it."""

import html
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from lxml import html as lxml_html

from seeds.pack import read_pack
from tests.databases import SEEDS
from tests.seeds.packs import SECOND, SECOND_ESSAY, load_packs

FILM = "her-2013"
FIRST, SECOND_SOURCE = "her-perfection-is-the-enemy-of-real", "her-nobodys-mirror"
SOURCES = (FIRST, SECOND_SOURCE)
#: The names by which responses may call each essay: title and publication, in lower case.
NAMES = {
    FIRST: ("her: perfection is the enemy of real", "the wall of wisdom"),
    SECOND_SOURCE: ("her: nobody's mirror", "subtext second opinions"),
}
OTHER = {FIRST: SECOND_SOURCE, SECOND_SOURCE: FIRST}


class CrossRelation(NamedTuple):
    """A relation of a claim of the second essay to one of the first, as the pack declares it."""

    subject: str
    relation: str
    object: str
    asserted_by: str
    note: str | None


def load(database):
    """Load the packs of the second film and of the second essay."""
    load_packs(database, SECOND, SECOND_ESSAY)


@cache
def entries(type_name: str) -> dict[str, str]:
    """Return the id of each quote or commentary entry on the film, with that of its source."""
    pack = read_pack(SEEDS, SECOND_ESSAY)
    return {
        entry.slug: entry.body["citations"][0]["source"]
        for entry in pack.of_type(type_name)
        if entry.body["film"] == FILM
    }


def ids_of(source: str, type_name: str) -> set[str]:
    """Return the ids of the quotes or commentary entries of a source."""
    return {slug for slug, owner in entries(type_name).items() if owner == source}


@cache
def editors_entries() -> set[str]:
    """Return the ids of the commentary entries that the editors assert."""
    pack = read_pack(SEEDS, SECOND_ESSAY)
    return {each.slug for each in pack.of_type("commentary") if each.body.get("asserted_by") == "editor"}


@cache
def cross_relations() -> list[CrossRelation]:
    """Return the relations between claims of the two essays."""
    sources = entries("commentary")
    return [
        CrossRelation(
            entry.slug,
            relation["relation"],
            relation["commentary"],
            relation.get("asserted_by", "source"),
            relation.get("note"),
        )
        for entry in read_pack(SECOND_ESSAY).of_type("commentary")
        for relation in entry.body["relations"]
        if sources[relation["commentary"]] != sources[entry.slug]
    ]


def related_to(slug: str) -> set[str]:
    """Return the ids of the claims of the other essay that a claim has a relation with."""
    pairs = [(each.subject, each.object) for each in cross_relations()]
    return {other for pair in pairs if slug in pair for other in pair if other != slug}


def plain(text: str) -> str:
    """Return a text, of whatever format, in a form in which names are found."""
    if text.startswith(("{", "[")):
        text = json.dumps(json.loads(text), ensure_ascii=False)
    text = re.sub(r"<[^>]*>", "", html.unescape(html.unescape(text)))
    return " ".join(text.replace("’", "'").replace("\\", "").lower().split())


def named(text: str) -> set[str]:
    """Return the ids of the essays that a text names by title or publication."""
    text = plain(text)
    return {source for source, names in NAMES.items() if any(name in text for name in names)}


def shown_entries(node) -> Iterator[dict]:
    """Yield each quote and commentary entry, with text or a snippet of it, within a JSON value."""
    if isinstance(node, dict):
        if node.get("type") in ("quote", "commentary") and node.keys() & {"text", "snippet"}:
            yield node
        for part in node.values():
            yield from shown_entries(part)
    elif isinstance(node, list):
        for part in node:
            yield from shown_entries(part)


def wrong_sources(entry: dict) -> list[str]:
    """Return what is wrong with the sources that an entry names in JSON; nothing if it is of another film."""
    sources = entries(entry["type"])
    if entry["id"] not in sources:
        return []
    expected = sources[entry["id"]]
    wrong = []
    if "source" in entry and (entry["source"] or {}).get("id") != expected:
        wrong.append(f"{entry['id']}: source {entry['source']}")
    cited = [citation["source"]["id"] for citation in entry.get("citations", ())]
    wrong += [f"{entry['id']}: cites {slug}" for slug in cited if slug != expected]
    wrong += [
        f"{entry['id']}: relation to {relation['commentary']['id']}"
        for relation in entry.get("relations", ())
        if relation["source"]["id"] != sources[relation["commentary"]["id"]]
    ]
    return wrong


class Block(NamedTuple):
    """An element of a page that shows an entry: the sources of its credit, and the name above it, if any."""

    slug: str
    credited: set[str]
    heading: str | None


def blocks(page: str) -> list[Block]:
    """Return the quotes and commentary entries that a page shows in full, or in the outline of an argument."""
    tree = lxml_html.fromstring(page)
    known = entries("quote").keys() | entries("commentary").keys()
    found = []
    for element in tree.xpath("//figure | //article | //li[@id]"):
        ids = {element.get("id"), *element.xpath("./details/@id | .//*[@id]/@id")} & known
        if element.tag == "li":
            ids = {element.get("id")} & known
        if len(ids) != 1:
            continue
        # The editors' notes are below a heading of their own, and each says which essay it is on.
        above = element.xpath(".//p[@class = 'sort']/bdi") or element.xpath(
            "preceding::*[contains(concat(' ', @class, ' '), ' argues ')][1]"
        )
        credited = {
            href.rpartition("/")[2] for href in element.xpath(".//cite/a/@href[contains(., '/sources/')]")
        }
        found.append(Block(ids.pop(), credited, above[0].text_content() if above else None))
    return found
