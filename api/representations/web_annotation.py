"""Write an item as a W3C Web Annotation (https://www.w3.org/TR/annotation-model/) of its source."""

from __future__ import annotations

from api.representations.jsonld import Node, dumps
from api.representations.shared_wording import (
    SERVICE_NAME,
    Item,
    attribution,
    content_note,
    encode_uri,
    is_editors_own,
    service_url,
)

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
#: A quote marks a passage of the source; commentary describes what the source argues, or comments on it.
MOTIVATIONS = {"quote": "highlighting", "commentary": "describing"}


def write(item: Item) -> str:
    """Return a quote or commentary entry as an annotation.

    The ``id`` is the URL of this format, because the annotation is not the item itself.
    """
    revision = f"revision={item['pin']}&" if "pin" in item else ""
    return dumps(
        {
            "@context": CONTEXT,
            "id": encode_uri(f"{item['url']}?{revision}format=annotation"),
            "type": "Annotation",
            "motivation": "commenting" if is_editors_own(item) else MOTIVATIONS[item["type"]],
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
    """Return the bodies: commentary text, attribution, content note, and themes as tags."""
    commentary = item["text"] if item["type"] == "commentary" else None
    texts = [text for text in (commentary, f"{attribution(item)}.", content_note(item)) if text]
    languages = [item["language"] if text is commentary else "en" for text in texts]
    descriptions = [
        _text(text, language, "describing") for text, language in zip(texts, languages, strict=True)
    ]
    return descriptions + [_text(theme["label"], "en", "tagging") for theme in item["themes"]]


def targets(item: Item) -> list[Node]:
    """Return the cited sources, scoped to their paragraphs; for a quote, with its exact text as selector.

    A source is identified by the URL of the work if known, else by that of its record. An item without
    citations targets its film.
    """
    sources = [_target(item, citation["source"], citation["paragraphs"]) for citation in item["citations"]]
    return sources or [{"id": encode_uri(item["film"]["url"])}]


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
    """Return the rights statement as ``dc:rights``, because the model's own ``rights`` must be a URL."""
    return {"dc:rights": item["rights"]} if item.get("rights") else {}
