"""The other forms of a quote, a commentary and a source: citations, plain text, Markdown, linked data.

Every form is a pure function of the item as the API serves it. A quote or commentary is given with
its film and its sources filled in (``include=film,sources``); of a reference that is not filled in, the
label is said. Nothing here knows of databases or requests; ``negotiate`` alone reads a header.

    form = negotiate(request.accept_mimetypes, "quote")   # or named(name, "quote"), for format=
    form.body(item), form.content_type
"""

from api.representations.formats import FORMATS, Format, format_named, formats_for
from api.representations.negotiation import negotiate

__all__ = ["FORMATS", "Format", "format_named", "formats_for", "negotiate"]
