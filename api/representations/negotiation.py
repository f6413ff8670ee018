"""Which form an ``Accept`` header asks for (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_options_header

from api.representations.formats import Format, formats_for

# How near a range is to a form.
UNFIT, ANY_TYPE, ANY_SUBTYPE, NAMED, NAMED_WITH_PARAMETER = -1, 0, 1, 2, 3


def negotiate(accept: MIMEAccept, type_name: str) -> Format | None:
    """Return the form of an item of this type that the header likes best; None if it likes none.

    Of the ranges that fit a form the nearest decides its quality. Of forms liked equally well, one that
    is named comes before one that a wildcard admits; otherwise the order of the registry decides, in
    which JSON is first. No header, or none that can be read, admits everything.

    A ``style`` must be the form's, and a ``profile`` that a form has, too; any other parameter or
    profile is ignored.
    """
    forms = formats_for(type_name)
    if not accept:
        return forms[0]
    ranges = [(*parse_options_header(value.lower()), quality) for value, quality in accept]
    liked = [(_preference(form, ranges), form) for form in forms]
    (quality, _), best = max(liked, key=lambda pair: pair[0])
    return best if quality > 0 else None


def _preference(form: Format, ranges: list[tuple[str, dict[str, str], float]]) -> tuple[float, int]:
    """Return the quality of the nearest range that fits a form, and how near it is."""
    near, quality = max((_specificity(form, kind, given), quality) for kind, given, quality in ranges)
    return (0.0 if near == UNFIT else quality, near)


def _specificity(form: Format, kind: str, given: dict[str, str]) -> int:
    if kind != form.media_type:
        wildcards = {"*": ANY_TYPE, "*/*": ANY_TYPE, f"{form.media_type.split('/')[0]}/*": ANY_SUBTYPE}
        return wildcards.get(kind, UNFIT)
    asked = _parameter_matches(form, given)
    if asked is None:
        return NAMED
    return NAMED_WITH_PARAMETER if asked else UNFIT


def _parameter_matches(form: Format, given: dict[str, str]) -> bool | None:
    """Return whether a parameter asks for this form rather than another; None if none tells them apart."""
    if form.styles:
        return given["style"] in form.styles if "style" in given else None
    profiles = {other.profile for other in formats_for("quote") if other.media_type == form.media_type} - {
        None
    }
    known = profiles.intersection(given.get("profile", "").split())
    return form.profile in known if known else None
