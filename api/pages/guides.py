"""Guides and the changelog: the repository's Markdown, each file read and rendered once."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from flask import Blueprint, Response, current_app
from markupsafe import Markup

from api.core.config import ROOT
from api.core.request_context import settings
from api.http.deprecation.headers import DeprecationEntry, active_deprecations
from api.pages.rendering import render_page
from models import NotFound

if TYPE_CHECKING:
    from api.pages.markdown_to_html import Document

GUIDES = "docs/guides"
CHANGELOG = "CHANGELOG.md"

guides = Blueprint("guides", __name__, url_prefix="/docs")


@guides.app_template_filter()
def inline_markdown(sentence: str) -> Markup:
    """Return a sentence of Markdown as HTML."""
    from api.pages import markdown_to_html

    return markdown_to_html.render_inline(sentence)


@dataclass(frozen=True)
class Guide:
    """A guide, where its page is, and the guides before and after it."""

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
    """Show a guide, with the others beside it."""
    known = load_guides(settings().base_url)
    if name not in known:
        raise NotFound("guide", name)
    return render_page("guide.html", guide=known[name], guides=known, deprecated=deprecations_for(name))


@guides.get("/changelog")
def changelog() -> Response:
    """Show what changed from release to release."""
    return render_page("document.html", document=_load_document(CHANGELOG, settings().base_url))


def deprecations_for(name: str) -> list[DeprecationEntry] | None:
    """Return what the guide on versioning lists as deprecated now; None for any other guide."""
    return active_deprecations(current_app) if name == "versioning" else None


@cache
def load_guides(base_url: str) -> dict[str, Guide]:
    """Return every guide by its name, in the order in which the index links to them."""
    paths = [path for path in _load_document(f"{GUIDES}/README.md", base_url).linked if "/guides/" in path]
    names = [posixpath.basename(path) for path in paths]
    beside = zip([None, *names], names, [*names[1:], None], strict=False)
    return {
        name: Guide(name, f"/{GUIDES}/{name}", _load_document(f"{GUIDES}/{name}.md", base_url), before, after)
        for before, name, after in beside
    }


@cache
def _load_document(path: str, base_url: str) -> Document:
    # Most workers show no guide: what reads Markdown and colours code is loaded for the first.
    from api.pages.markdown_to_html import render_document

    text = (ROOT / path).read_text("utf-8")
    return render_document(text, base_url, lambda target: page_path(posixpath.dirname(path), target))


def page_path(folder: str, target: str) -> str:
    """Return the path of the page that shows a file, named as a link from ``folder`` names it.

    Raises:
        LookupError: no page shows it.
    """
    file = posixpath.normpath(posixpath.join(folder, target))
    if file == CHANGELOG:
        return "/docs/changelog"
    if posixpath.dirname(file) == GUIDES and file.endswith(".md"):
        return f"/{file.removesuffix('.md')}".removesuffix("/README")
    raise LookupError(f"No page shows {file}.")
