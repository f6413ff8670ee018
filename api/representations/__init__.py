"""Formats of a quote, a commentary entry or a source: plain text, Markdown, citations and linked data.

Every format is a pure function of the item as the API serves it. Quotes and commentary must be given with
``include=film,sources``; references that are not expanded appear with their labels. Nothing here uses the
database or the request; ``negotiate`` takes a parsed ``Accept`` header.

    format_ = negotiate(request.accept_mimetypes, "quote")   # or format_named(name, "quote"), for ?format=
    format_.body(item), format_.content_type
"""

from api.representations.accept_header import negotiate
from api.representations.formats import FORMATS, Format, format_named, formats_for

__all__ = ["FORMATS", "Format", "format_named", "formats_for", "negotiate"]
