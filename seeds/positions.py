"""The positions of entries that a pack adds to a film of another pack.

The film's own pack counts its entries from 1, file by file. The quotes and the commentary of an essay that is
added come after those, essay by essay, in the order of release. Their positions depend on the pack alone, so
that databases have the same order whatever they loaded first.
"""

from __future__ import annotations

import datetime as dt
import zlib

#: More entries than a file of an essay has. If one has more, another essay's may come in between, no worse.
_ENTRIES = 1_000
#: Essays that are released on one day have different places in it.
_PLACES_PER_DAY = 24
#: The last position is that of a day in 2265: positions have 31 bits.
_FIRST_DAY = dt.date(2020, 1, 1)


def last_position_before(released_at: dt.datetime, source: str) -> int:
    """Return the position after which the entries of an added essay come; ``source`` is its id."""
    days = max((released_at.date() - _FIRST_DAY).days, 1)
    place = zlib.crc32(source.encode()) % _PLACES_PER_DAY
    return (days * _PLACES_PER_DAY + place) * _ENTRIES
