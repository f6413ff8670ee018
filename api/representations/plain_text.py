"""Plain text: the words, where they are from, and what a reader should know before using them."""

from __future__ import annotations

from collections.abc import Iterator

from api.representations.attribution import (
    UNDATED,
    Item,
    attribution,
    author_name,
    content_note,
    encode_uri,
    full_title,
    one_line,
    public_url,
)


def write(item: Item) -> str:
    """Return an item as plain text, in paragraphs; a content note stands before what it is on."""
    return "\n\n".join(paragraph for paragraph in WRITERS[item["type"]](item) if paragraph) + "\n"


def footer_lines(item: Item) -> list[str]:
    """Return what stands below an item's words, a line each: its editor's note, its rights, its address."""
    named = {"Editor’s note": item["editor_note"], "Rights": item.get("rights")}
    return [f"{name}: {one_line(said)}" for name, said in named.items() if said] + [public_url(item)]


def format_publication(source: Item) -> str:
    """Return where and when a source was published, without a full stop."""
    parts = (source["publication"], source["section"], source["published_on"] or UNDATED)
    by = [author_name(source)] if source["author"] else []
    return ", ".join(filter(None, [*by, *(part and one_line(part) for part in parts)]))


def _quote(item: Item) -> Iterator[str | None]:
    yield content_note(item)
    yield f"“{item['text']}”"
    yield f"— {attribution(item)}"
    yield "\n".join(footer_lines(item))


def _commentary(item: Item) -> Iterator[str | None]:
    yield content_note(item)
    yield one_line(item["title"])
    yield item["text"]
    yield f"— {attribution(item)}"
    yield "\n".join(footer_lines(item))


def _source(item: Item) -> Iterator[str | None]:
    yield full_title(item)
    yield format_publication(item)
    yield encode_uri(item["source_url"]) if item["source_url"] else None
    yield "\n".join(footer_lines(item))


WRITERS = {"quote": _quote, "commentary": _commentary, "source": _source}
