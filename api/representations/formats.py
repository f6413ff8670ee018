"""Every form by its name: media type, extension, which types it exists for, and what writes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from api.representations import (
    bibtex,
    citation_styles,
    csl,
    jsonld,
    markdown,
    plain_text,
    ris,
    web_annotation,
)
from api.representations.attribution import Item

CITABLE_TYPES = frozenset({"quote", "commentary", "source"})
#: A source is what is annotated.
ANNOTATABLE_TYPES = frozenset({"quote", "commentary"})
BIBLIOGRAPHY = "text/x-bibliography"
JSON_LD = "application/ld+json"


@dataclass(frozen=True)
class Format:
    """One form of an item.

    ``name`` is the value of ``format=``; ``extension``, where one is customary, ends a path, without its
    first dot. ``styles`` are the values of ``style`` that ask for it, its own first, and ``profile`` that
    of ``profile``: they tell forms of one media type apart. ``types`` are the items that have it.
    ``charset`` says whether ``Content-Type`` names one. ``write`` is None for JSON, the item itself.
    """

    name: str
    media_type: str
    extension: str | None
    description: str
    write: Callable[[Item], str] | None = None
    types: frozenset[str] = CITABLE_TYPES
    styles: tuple[str, ...] = ()
    profile: str | None = None
    charset: bool = False

    @property
    def full_type(self) -> str:
        """The media type with what tells it apart from others: ``text/x-bibliography; style=apa``."""
        style = f"; style={self.styles[0]}" if self.styles else ""
        return self.media_type + style + (f'; profile="{self.profile}"' if self.profile else "")

    @property
    def schema(self) -> dict[str, object]:
        """What the form is as JSON Schema: a text, unless it is JSON."""
        if not self.media_type.endswith("json"):
            return {"type": "string"}
        a_reference: dict[str, object] = {"type": "object"}
        return {"type": "array", "items": a_reference} if self.name == "csl-json" else a_reference

    @property
    def content_type(self) -> str:
        """The value of ``Content-Type``."""
        return f"{self.full_type}; charset=utf-8" if self.charset else self.full_type

    def body(self, item: Item) -> bytes:
        """Return an item, as the API serves it, in this form, as UTF-8.

        Raises:
            TypeError: for JSON, which the caller has.
        """
        if self.write is None:
            raise TypeError(f"{self.name} is the item itself.")
        return self.write(item).encode()


#: All forms. Where a request likes several equally well, the first is served.
FORMATS = (
    Format("json", "application/json", "json", "The item itself."),
    Format("text", "text/plain", "txt", "The words and where they are from.", plain_text.write, charset=True),
    Format(
        "markdown",
        "text/markdown",
        "md",
        "The words and where they are from, as Markdown.",
        markdown.write,
        charset=True,
    ),
    Format("json-ld", JSON_LD, "jsonld", "Linked data in schema.org’s words.", jsonld.write),
    Format(
        "annotation",
        JSON_LD,
        "anno.jsonld",
        "A W3C Web Annotation of the source.",
        web_annotation.write,
        ANNOTATABLE_TYPES,
        profile=web_annotation.CONTEXT,
    ),
    Format(
        "bibtex",
        "application/x-bibtex",
        "bib",
        "A citation of the source, for BibTeX.",
        bibtex.write,
        charset=True,
    ),
    Format(
        "ris",
        "application/x-research-info-systems",
        "ris",
        "A citation of the source, for reference managers.",
        ris.write,
        charset=True,
    ),
    Format(
        "csl-json",
        "application/vnd.citationstyles.csl+json",
        "csl.json",
        "A citation of the source, for citation processors.",
        csl.write,
    ),
    Format(
        "apa",
        BIBLIOGRAPHY,
        None,
        "A reference in APA style.",
        citation_styles.apa,
        styles=("apa",),
        charset=True,
    ),
    Format(
        "mla",
        BIBLIOGRAPHY,
        None,
        "A reference in MLA style.",
        citation_styles.mla,
        styles=("mla", citation_styles.STYLES["mla"]),
        charset=True,
    ),
    Format(
        "chicago",
        BIBLIOGRAPHY,
        None,
        "A reference in Chicago style, author and date.",
        citation_styles.chicago,
        styles=("chicago", citation_styles.STYLES["chicago"]),
        charset=True,
    ),
)


def formats_for(type_name: str) -> tuple[Format, ...]:
    """Return the forms of an item of this type, JSON first; those that only ``json`` has, that alone."""
    return tuple(form for form in FORMATS if form.write is None or type_name in form.types)


def format_named(name: str, type_name: str) -> Format | None:
    """Return the form of this name; None if an item of this type has none of it."""
    return next((form for form in formats_for(type_name) if form.name == name), None)
