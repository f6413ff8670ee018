"""What BibTeX, RIS, CSL-JSON and the formatted styles cite: always a source, for an item's sake."""

from __future__ import annotations

from dataclasses import dataclass

from api.representations.attribution import (
    SERVICE_NAME,
    Item,
    attribution,
    author_name,
    content_note,
    encode_uri,
    format_paragraphs,
    full_title,
    one_line,
    public_url,
)


@dataclass(frozen=True)
class Reference:
    """One source to be cited; every text is on one line.

    ``key`` is a slug that stays. ``kind`` is the source's, or ``record`` for a quote or commentary that
    cites nothing and so stands for itself. ``author`` is the source's author, else its publication.
    ``issued`` and ``accessed`` are ISO dates. A source without an address of its own is cited at the
    address of its record; one without a date has ``accessed``, the day on which its record last
    changed: the day of the request would make two answers of one.

    ``locator`` is the paragraphs, ``note`` who says what for what, ``warning`` the content note on
    ``words``, the item's text, and ``record`` the address of the item; all are None, and ``numbers``
    empty, when a source is cited for its own sake.
    """

    key: str
    kind: str
    title: str
    author: str | None
    publication: str | None
    section: str | None
    issued: str | None
    accessed: str | None
    url: str
    language: str | None
    rights: str | None
    keywords: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    note: str | None = None
    warning: str | None = None
    words: str | None = None
    record: str | None = None

    @property
    def locator(self) -> str | None:
        """The paragraphs: ``para. 35``."""
        return format_paragraphs(list(self.numbers)) or None

    @property
    def notes(self) -> list[str]:
        """Everything that is said of why it is cited, in sentences."""
        said = (self.note and f"{self.note}.", self.warning, self.record and f"Record: {self.record}")
        return [sentence for sentence in said if sentence]


def references(item: Item) -> list[Reference]:
    """Return what is cited for an item's sake: a source itself, or each source that the item cites."""
    if item["type"] == "source":
        return [_reference(item, item["id"])]
    cited = [(citation["source"], tuple(citation["paragraphs"])) for citation in item["citations"]]
    if not cited:
        return [_reference(_as_source(item), item["id"], item)]
    keys = [item["id"]] if len(cited) == 1 else [f"{item['id']}-{source['id']}" for source, _ in cited]
    return [
        _reference(source, key, item, numbers) for key, (source, numbers) in zip(keys, cited, strict=True)
    ]


def _reference(source: Item, key: str, item: Item | None = None, numbers: tuple[int, ...] = ()) -> Reference:
    issued, updated, rights = source.get("published_on"), source.get("updated_at"), source.get("rights")
    given = {name: one_line(source.get(name) or "") or None for name in ("publication", "section")}
    return Reference(
        key=key,
        kind=source.get("kind", "essay"),
        title=full_title(source),
        author=author_name(source),
        publication=given["publication"],
        section=given["section"],
        issued=issued,
        accessed=updated[:10] if updated and not issued else None,
        url=encode_uri(source.get("source_url") or public_url(source)),
        language=source.get("language"),
        rights=one_line(item["rights"] if item and "rights" in item else rights or "") or None,
        keywords=tuple(one_line(theme["label"]) for theme in (item or {}).get("themes", ())),
        numbers=numbers,
        note=attribution(item) if item else None,
        warning=content_note(item) if item else None,
        words=one_line(item["text"]) if item else None,
        record=public_url(item) if item else None,
    )


def _as_source(item: Item) -> Item:
    """Return an item that cites nothing as the source it then is: a record kept here."""
    return item | {"kind": "record", "title": item["label"], "publication": SERVICE_NAME}
