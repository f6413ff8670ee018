"""Routes of the guides and the changelog, rendered from the repository's Markdown once per worker."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from flask import Blueprint, Response, current_app
from markupsafe import Markup

from api.core.app_context import settings
from api.core.config import ROOT
from api.http.deprecation.deprecation_list import DeprecationEntry, active_deprecations
from api.pages.rendering import render_page
from models import NotFound

if TYPE_CHECKING:
    from api.pages.markdown_to_html import Document

GUIDES = "docs/guides"
CHANGELOG = "CHANGELOG.md"

guides = Blueprint("guides", __name__, url_prefix="/docs")


@guides.app_template_filter()
def inline_markdown(sentence: str) -> Markup:
    """Return inline Markdown as HTML."""
    from api.pages import markdown_to_html

    return markdown_to_html.render_inline(sentence)


@dataclass(frozen=True)
class Guide:
    """A guide: its name, the path of its page, its content, and the guides before and after it."""

    name: str
    path: str
    document: Document
    previous: str | None
    next: str | None


@guides.get("/guides")
def index() -> Response:
    """List the guides."""
    return render_page("document.html", document=_load_document(f"{GUIDES}/README.md", settings().base_url))


@guides.get("/guides/<name>")
def guide(name: str) -> Response:
    """Show a guide, and links to the others."""
    guides = load_guides(settings().base_url)
    if name not in guides:
        raise NotFound("guide", name)
    return render_page("guide.html", guide=guides[name], guides=guides, deprecated=deprecations_for(name))


@guides.get("/changelog")
def changelog() -> Response:
    """Show the changelog."""
    return render_page("document.html", document=_load_document(CHANGELOG, settings().base_url))


def deprecations_for(name: str) -> list[DeprecationEntry] | None:
    """Return the deprecations that the guide on versioning lists; None for any other guide."""
    return active_deprecations(current_app) if name == "versioning" else None


@cache
def load_guides(base_url: str) -> dict[str, Guide]:
    """Return every guide by name, in the order of the links in the index."""
    index = _load_document(f"{GUIDES}/README.md", base_url)
    paths = [path for path in index.link_targets if "/guides/" in path]
    names = [posixpath.basename(path) for path in paths]
    neighbours = zip([None, *names], names, [*names[1:], None], strict=False)
    return {
        name: Guide(name, f"/{GUIDES}/{name}", _load_document(f"{GUIDES}/{name}.md", base_url), before, after)
        for before, name, after in neighbours
    }


@cache
def _load_document(path: str, base_url: str) -> Document:
    # The Markdown parser and the highlighter are imported lazily: most workers show no guide.
    from api.pages.markdown_to_html import render_document

    text = (ROOT / path).read_text("utf-8")
    return render_document(text, base_url, lambda target: page_path(posixpath.dirname(path), target))


def page_path(folder: str, target: str) -> str:
    """Return the path of the page for a file, given as a relative link from ``folder``.

    Raises:
        LookupError: no page shows the file.
    """
    file = posixpath.normpath(posixpath.join(folder, target))
    if file == CHANGELOG:
        return "/docs/changelog"
    if posixpath.dirname(file) == GUIDES and file.endswith(".md"):
        return f"/{file.removesuffix('.md')}".removesuffix("/README")
    raise LookupError(f"No page shows {file}.")
