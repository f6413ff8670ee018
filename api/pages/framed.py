"""The frame as a person copies it: an element that shows a quote of ours by itself."""

from __future__ import annotations

from markupsafe import Markup

from api.embeds.markup import escaped
from api.links import address

#: Wide enough to read; the frame says itself how high it is to whoever listens, and this is for who does not.
WIDTH, HEIGHT = 600, 320
#: Everything that a site allows a frame, and no more: it may open links, and run its script.
FRAME = Markup(
    '<iframe src="{}" width="{}" height="{}" title="{}" loading="lazy" referrerpolicy="no-referrer" '
    'sandbox="allow-scripts allow-popups allow-popups-to-escape-sandbox" frameborder="0" marginwidth="0" '
    'marginheight="0" scrolling="no"></iframe>'
)


def frame(which: str, title: str, scheme: str, *, width: int = WIDTH, height: int = HEIGHT) -> Markup:
    """Return the frame of a quote's id, or of ``daily`` or ``random``; without a scheme, the reader's own."""
    asked = {} if scheme == "auto" else {"theme": scheme}
    src = address(f"/embed/quotes/{which}", **asked)
    return FRAME.format(escaped(src), width, height, escaped(title))
