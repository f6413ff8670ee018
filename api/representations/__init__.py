"""Formats of a quote, a commentary entry or a source: plain text, Markdown, citations and linked data.

Every format is a pure function of the item as the API serves it. Quotes and commentary must be given with
``include=film,sources``; references that are not expanded appear with their labels. Nothing here uses the
database or the request; ``negotiate`` takes a parsed ``Accept`` header.

    format_ = negotiate(request.accept_mimetypes, formats_for("quote"))  # or format_named(name, "quote")
    format_.body(item), format_.content_type

A list of such items is available as references, too: ``list_formats()``, ``format_.list_body(items)``.
"""

from api.representations.accept_header import negotiate
from api.representations.formats import (
    CITABLE_TYPES,
    FORMATS,
    Format,
    format_named,
    formats_for,
    list_formats,
)

__all__ = [
    "CITABLE_TYPES",
    "FORMATS",
    "Format",
    "format_named",
    "formats_for",
    "list_formats",
    "negotiate",
]
