"""Content negotiation: select a format by the ``Accept`` header (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from collections.abc import Sequence

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_options_header

from api.representations.formats import Format, formats_for

# The specificity of a media range for a format.
NO_MATCH, ANY_TYPE, ANY_SUBTYPE, NAMED, NAMED_WITH_PARAMETER = -1, 0, 1, 2, 3


def negotiate(accept: MIMEAccept, formats: Sequence[Format]) -> Format | None:
    """Return the client's preferred one of some formats, or None if no format is acceptable.

    The most specific matching range determines the quality of a format. Among formats of equal quality, a
    named one precedes one that matches a wildcard; otherwise the order of ``FORMATS`` decides, with JSON
    first. A missing or malformed header accepts every format.

    A ``style`` parameter must match the format's, and so must a known ``profile``; all other parameters and
    profiles are ignored.
    """
    if not accept:
        return formats[0]
    ranges = [(*parse_options_header(value.lower()), quality) for value, quality in accept]
    candidates = [(_preference(format_, ranges), format_) for format_ in formats]
    (quality, _), best = max(candidates, key=lambda pair: pair[0])
    return best if quality > 0 else None


def _preference(format_: Format, ranges: list[tuple[str, dict[str, str], float]]) -> tuple[float, int]:
    """Return the quality of the most specific range that matches a format, and its specificity."""
    specificity, quality = max(
        (_specificity(format_, media_type, parameters), quality) for media_type, parameters, quality in ranges
    )
    return (0.0 if specificity == NO_MATCH else quality, specificity)


def _specificity(format_: Format, media_type: str, parameters: dict[str, str]) -> int:
    if media_type != format_.media_type:
        wildcards = {"*": ANY_TYPE, "*/*": ANY_TYPE, f"{format_.media_type.split('/')[0]}/*": ANY_SUBTYPE}
        return wildcards.get(media_type, NO_MATCH)
    matches = _parameter_matches(format_, parameters)
    if matches is None:
        return NAMED
    return NAMED_WITH_PARAMETER if matches else NO_MATCH


def _parameter_matches(format_: Format, parameters: dict[str, str]) -> bool | None:
    """Return whether the parameters select this format, or None if they select none."""
    if format_.styles:
        return parameters["style"] in format_.styles if "style" in parameters else None
    alternatives = [other for other in formats_for("quote") if other.media_type == format_.media_type]
    profiles = {other.profile for other in alternatives} - {None}
    requested = profiles.intersection(parameters.get("profile", "").split())
    return format_.profile in requested if requested else None
