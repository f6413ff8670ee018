"""The formats of an item: name, media type, file extension, resource types and writer of each."""

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
from api.representations.bibliographic_data import Reference, list_references, references
from api.representations.shared_wording import Item

CITABLE_TYPES = frozenset({"quote", "commentary", "source"})
#: A source is the target of annotations, so it has none itself.
ANNOTATABLE_TYPES = frozenset({"quote", "commentary"})
BIBLIOGRAPHY = "text/x-bibliography"
JSON_LD = "application/ld+json"


@dataclass(frozen=True)
class Format:
    """A format of an item.

    ``name`` is the value of the query parameter ``format``. ``extension`` is the file extension without the
    leading dot, or None. The media type parameters ``style`` and ``profile`` distinguish formats of one media
    type: ``styles`` are the accepted values, the canonical one first. ``types`` are the resource types that
    have the format. ``charset`` adds a charset to ``Content-Type``. JSON has no writer. A format with
    ``write_references`` or ``between_items`` exists for lists as well as for items: as the references of
    their sources, each once, or as the items with this text between them.
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
    write_references: Callable[[list[Reference]], str] | None = None
    between_items: str | None = None

    @property
    def is_for_lists(self) -> bool:
        """Whether lists have the format."""
        return self.is_json or self.write_references is not None or self.between_items is not None

    @property
    def is_json(self) -> bool:
        """Whether the format is the item or the list itself."""
        return self.write is None and self.write_references is None

    @property
    def full_type(self) -> str:
        """The media type with its parameters: ``text/x-bibliography; style=apa``."""
        style = f"; style={self.styles[0]}" if self.styles else ""
        return self.media_type + style + (f'; profile="{self.profile}"' if self.profile else "")

    @property
    def schema(self) -> dict[str, object]:
        """The JSON Schema of the format: a string, unless it is JSON."""
        if not self.media_type.endswith("json"):
            return {"type": "string"}
        json_object: dict[str, object] = {"type": "object"}
        return {"type": "array", "items": json_object} if self.name == "csl-json" else json_object

    @property
    def content_type(self) -> str:
        """The value of ``Content-Type``."""
        return f"{self.full_type}; charset=utf-8" if self.charset else self.full_type

    def body(self, item: Item) -> bytes:
        """Return an item, given as the API serves it, in this format, encoded as UTF-8.

        Raises:
            TypeError: for JSON, which is the item itself.
        """
        if self.write_references:
            return self.write_references(references(item)).encode()
        if self.write is None:
            raise TypeError(f"{self.name} is the item itself.")
        return self.write(item).encode()

    def list_body(self, items: list[Item]) -> bytes:
        """Return a list in this format, given as the API serves its items, encoded as UTF-8.

        Raises:
            TypeError: lists do not have the format.
        """
        if self.write_references is not None:
            return self.write_references(list_references(items)).encode()
        if self.write is None or self.between_items is None:
            raise TypeError(f"{self.name} is not a format of lists.")
        return self.between_items.join(map(self.write, items)).encode()


#: All formats, in order of preference.
FORMATS = (
    Format("json", "application/json", "json", "The item itself."),
    Format(
        "text",
        "text/plain",
        "txt",
        "The text and its attribution.",
        plain_text.write,
        charset=True,
        between_items="\n\n",
    ),
    Format(
        "markdown",
        "text/markdown",
        "md",
        "The text and its attribution, as Markdown.",
        markdown.write,
        charset=True,
        between_items="\n---\n\n",
    ),
    Format("json-ld", JSON_LD, "jsonld", "JSON-LD with the schema.org vocabulary.", jsonld.write),
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
        "A BibTeX entry for the source.",
        write_references=bibtex.write,
        charset=True,
    ),
    Format(
        "ris",
        "application/x-research-info-systems",
        "ris",
        "A RIS record of the source, for reference managers.",
        write_references=ris.write,
        charset=True,
    ),
    Format(
        "csl-json",
        "application/vnd.citationstyles.csl+json",
        "csl.json",
        "A CSL-JSON item for the source, for citation processors.",
        write_references=csl.write,
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
        "A reference in Chicago author-date style.",
        citation_styles.chicago,
        styles=("chicago", citation_styles.STYLES["chicago"]),
        charset=True,
    ),
)


def formats_for(type_name: str) -> tuple[Format, ...]:
    """Return the formats of a resource type, JSON first."""
    return tuple(format_ for format_ in FORMATS if format_.is_json or type_name in format_.types)


def list_formats() -> tuple[Format, ...]:
    """Return the formats of a list whose items have references, JSON first."""
    return tuple(format_ for format_ in FORMATS if format_.is_for_lists)


def format_named(name: str, type_name: str) -> Format | None:
    """Return the format of a resource type with this name, or None."""
    return next((format_ for format_ in formats_for(type_name) if format_.name == name), None)
