"""Write an item as plain text: its content note, text, attribution, rights and URL."""

from __future__ import annotations

from collections.abc import Iterator

from api.representations.shared_wording import (
    UNDATED,
    Item,
    attribution,
    author_name,
    content_note,
    displayed_text,
    encode_uri,
    full_title,
    one_line,
    public_url,
)


def write(item: Item) -> str:
    """Return an item as paragraphs of plain text; a content note comes before the text."""
    return "\n\n".join(paragraph for paragraph in WRITERS[item["type"]](item) if paragraph) + "\n"


def footer_lines(item: Item) -> list[str]:
    """Return the lines below an item's text: editor's note, rights and URL."""
    notes = {"Editor’s note": item["editor_note"], "Rights": item.get("rights")}
    return [f"{name}: {one_line(note)}" for name, note in notes.items() if note] + [public_url(item)]


def format_publication(source: Item) -> str:
    """Return a source's author, publication, section and date, without a full stop."""
    parts = (source["publication"], source["section"], source["published_on"] or UNDATED)
    author = [author_name(source)] if source["author"] else []
    return ", ".join(filter(None, [*author, *(part and one_line(part) for part in parts)]))


def _quote(item: Item) -> Iterator[str | None]:
    yield content_note(item)
    yield f"“{displayed_text(item)}”"
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
