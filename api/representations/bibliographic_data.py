"""Bibliographic references: the common input of BibTeX, RIS, CSL-JSON and the citation styles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from api.representations.author_names import Name, credited_names
from api.representations.shared_wording import (
    SERVICE_NAME,
    Item,
    attribution,
    content_note,
    displayed_text,
    encode_uri,
    format_paragraphs,
    full_title,
    one_line,
    own_source_first,
    public_url,
)


@dataclass(frozen=True)
class Reference:
    """A source as cited by an item, or on its own; every text is on one line.

    ``key`` is a stable slug. ``kind`` is the source's kind, or ``record`` for an item without citations,
    which is then cited itself. ``authors`` are the source's authors, else its publication. ``url`` is the
    source's own URL, else that of its record. ``issued`` and ``accessed`` are ISO dates. A source without a
    date has ``accessed``, the day of its record's last change; the day of the request would make equal
    requests return different responses.

    For an item, ``paragraph_numbers`` are the cited paragraphs, ``note`` the attribution, ``content_note``
    the note on ``text``, and ``record_url`` the URL of the item. They are empty or None for a source that
    is cited on its own.
    """

    key: str
    kind: str
    title: str
    authors: tuple[Name, ...]
    publication: str | None
    section: str | None
    issued: str | None
    accessed: str | None
    url: str
    language: str | None
    rights: str | None
    keywords: tuple[str, ...] = ()
    paragraph_numbers: tuple[int, ...] = ()
    note: str | None = None
    content_note: str | None = None
    text: str | None = None
    record_url: str | None = None

    @property
    def locator(self) -> str | None:
        """The cited paragraphs: ``para. 35``."""
        return format_paragraphs(list(self.paragraph_numbers)) or None

    @property
    def notes(self) -> list[str]:
        """The attribution, the content note and the URL of the item, as sentences."""
        record = self.record_url and f"Record: {self.record_url}"
        sentences = (self.note and f"{self.note}.", self.content_note, record)
        return [sentence for sentence in sentences if sentence]


def references(item: Item) -> list[Reference]:
    """Return a reference for each source that an item cites, its own first, or for the source itself."""
    if item["type"] == "source":
        return [_reference(item, item["id"])]
    cited = [(citation["source"], tuple(citation["paragraphs"])) for citation in own_source_first(item)]
    if not cited:
        return [_reference(_as_source(item), item["id"], item)]
    keys = [item["id"]] if len(cited) == 1 else [f"{item['id']}-{source['id']}" for source, _ in cited]
    return [
        _reference(source, key, item, numbers) for key, (source, numbers) in zip(keys, cited, strict=True)
    ]


def list_references(items: Iterable[Item]) -> list[Reference]:
    """Return the references of a list's items: each source once, as when it is cited on its own.

    The references do not depend on the items that cite them, so they are the same on every page.
    """
    by_key: dict[str, Reference] = {}
    for item in items:
        sources = [item] if item["type"] == "source" else [each["source"] for each in item["citations"]]
        cited = [_reference(source, source["id"]) for source in sources] or references(item)
        for reference in cited:
            by_key.setdefault(reference.key, reference)
    return list(by_key.values())


def _reference(source: Item, key: str, item: Item | None = None, numbers: tuple[int, ...] = ()) -> Reference:
    issued, updated, rights = source.get("published_on"), source.get("updated_at"), source.get("rights")
    texts = {name: one_line(source.get(name) or "") or None for name in ("publication", "section")}
    return Reference(
        key=key,
        kind=source.get("kind", "essay"),
        title=full_title(source),
        authors=credited_names(source),
        publication=texts["publication"],
        section=texts["section"],
        issued=issued,
        accessed=updated[:10] if updated and not issued else None,
        url=encode_uri(source.get("source_url") or public_url(source)),
        language=source.get("language"),
        rights=one_line(item["rights"] if item and "rights" in item else rights or "") or None,
        keywords=tuple(one_line(theme["label"]) for theme in (item or {}).get("themes", ())),
        paragraph_numbers=numbers,
        note=attribution(item) if item else None,
        content_note=content_note(item) if item else None,
        text=one_line(displayed_text(item)) if item else None,
        record_url=public_url(item) if item else None,
    )


def _as_source(item: Item) -> Item:
    """Return an item without citations as a source: a record published by this service."""
    return item | {"kind": "record", "title": item["label"], "publication": SERVICE_NAME}
