"""W3C Web Annotation (https://www.w3.org/TR/annotation-model/) of the source that an item cites."""

from __future__ import annotations

from api.representations.attribution import (
    SERVICE_NAME,
    Item,
    attribution,
    content_note,
    encode_uri,
    service_url,
)
from api.representations.jsonld import Node, dumps

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
#: A quote marks a passage; a commentary says what the source argues, and is no comment on it.
MOTIVATIONS = {"quote": "highlighting", "commentary": "describing"}


def write(item: Item) -> str:
    """Return a quote or commentary as an annotation.

    The annotation is not the item: it has the address under which this form is served.
    """
    return dumps(
        {
            "@context": CONTEXT,
            "id": encode_uri(f"{item['url']}?format=annotation"),
            "type": "Annotation",
            "motivation": MOTIVATIONS[item["type"]],
            "creator": {"id": service_url(item), "type": "Organization", "name": SERVICE_NAME},
            "created": item["created_at"],
            "modified": item["updated_at"],
            "generator": {
                "id": f"{service_url(item)}/v1",
                "type": "Software",
                "name": SERVICE_NAME,
                "homepage": service_url(item),
            },
            **_rights(item),
            "body": bodies(item),
            "target": targets(item),
        }
    )


def bodies(item: Item) -> list[Node]:
    """Return what is said of the target: in a commentary our words; of a quote, whose words they are."""
    said = item["text"] if item["type"] == "commentary" else None
    texts = [text for text in (said, f"{attribution(item)}.", content_note(item)) if text]
    languages = [item["language"] if text is said else "en" for text in texts]
    described = [_text(text, language, "describing") for text, language in zip(texts, languages, strict=True)]
    return described + [_text(theme["label"], "en", "tagging") for theme in item["themes"]]


def targets(item: Item) -> list[Node]:
    """Return the sources that are cited, in the scope of their paragraphs; of a quote, its exact words.

    A source is the work itself where its address is known, else its record. What cites nothing is about
    its film.
    """
    cited = [_target(item, citation["source"], citation["paragraphs"]) for citation in item["citations"]]
    return cited or [{"id": encode_uri(item["film"]["url"])}]


def _target(item: Item, source: Item, numbers: list[int]) -> Node:
    exact = {"selector": {"type": "TextQuoteSelector", "exact": item["text"]}}
    return {
        "type": "SpecificResource",
        "source": encode_uri(source.get("source_url") or source["url"]),
        **(exact if item["type"] == "quote" else {}),
        "scope": [encode_uri(f"{source['url']}/paragraphs/{number}") for number in numbers],
    }


def _text(value: str, language: str, purpose: str) -> Node:
    return {
        "type": "TextualBody",
        "value": value,
        "format": "text/plain",
        "language": language,
        "purpose": purpose,
    }


def _rights(item: Item) -> Node:
    """Return the statement of rights; the model's own ``rights`` takes only an address."""
    return {"dc:rights": item["rights"]} if item.get("rights") else {}
