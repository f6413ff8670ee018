"""Write the static API as files: ``subtext export --format static``.

A file is what its path returns, so this calls the application for each path. Files are written to a staging
folder inside the target first, and only those that differ. Then they move into place: new files, then changed
ones, and removals last, so that no link is broken at any time, also after an interruption.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.core.app_context import shared_session
from api.core.config import Settings
from api.core.resource_registry import TYPE_BY_COLLECTION
from api.core.version import VERSION
from api.embeds.oembed import CONTENT_TYPES
from api.embeds.script import builds
from api.exports.folder import ExportError, lock, sync_folder
from api.exports.redirects import find_redirects
from api.exports.source import ContentState
from api.http.assets import EXTENSION
from api.query.facets import FACET_SCHEMAS
from api.static_api.host_rules import host_files
from api.static_api.layout import (
    EMBED_COLLECTIONS,
    FILES,
    PAGE_COLLECTIONS,
    PARTS,
    format_path,
    has_facets,
    has_page,
    item_formats,
    list_path,
    lists_below,
    page_file,
    paragraph_path,
    reference_formats,
)
from api.text import fonts
from models import MODELS_BY_TYPE, Paragraph, Source

MANIFEST = "manifest.json"
FORMAT = "subtext-static/1"
#: The folder for files that are not in place yet.
STAGING = ".incoming"
#: Words of paths, which older versions accepted as ids.
PATH_WORDS = ("after", "index")
#: Static files and fonts that a page names.
ASSET_PATTERN = re.compile(r"/static/[\w.-]+|/embed/fonts/[\w.-]+")
SITEMAP_PATTERN = re.compile(r"/sitemaps/[a-z]+-[0-9]+\.xml")


class Summary(NamedTuple):
    """What an export has, in files and bytes, and how many files it wrote and removed."""

    files: int
    bytes: int
    written: int
    removed: int


class StaticExport:
    """An export of the content that ``session`` sees, rendered by ``app``, to a folder."""

    def __init__(self, app: Flask, session: Session, folder: Path) -> None:
        """Render nothing yet."""
        self.app, self.session, self.folder = app, session, folder
        self.settings: Settings = app.extensions["settings"]
        self.files: dict[str, dict[str, Any]] = {}
        self._changed: list[str] = []

    def write(self, state: ContentState, step: Callable[[int], Any] = lambda _: None) -> Summary:
        """Write the files; ``step`` is called with the number of items rendered since the last call.

        Raises:
            ExportError: the folder has other things than an export, or another export is writing to it.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            return self._write_locked(state, step)
        finally:
            # A folder without any file is not left.
            with suppress(OSError):
                self.folder.rmdir()

    def _write_locked(self, state: ContentState, step: Callable[[int], Any]) -> Summary:
        with lock(self.folder) as is_locked:
            if not is_locked:
                raise ExportError(f"Another export is writing to {self.folder}.")
            previous = read_manifest(self.folder)
            shutil.rmtree(self.folder / STAGING, ignore_errors=True)
            try:
                with shared_session(self.app, self.session):
                    self._render_all(step)
                for path, body in host_files(
                    self.settings.base_url, list(find_redirects(self.session)), list(self.files)
                ).items():
                    self._stage(path, body, None)
                removed = self._publish(previous, state)
            finally:
                shutil.rmtree(self.folder / STAGING, ignore_errors=True)
        size = sum(file["bytes"] for file in self.files.values())
        return Summary(len(self.files), size, len(self._changed), removed)

    def _render_all(self, step: Callable[[int], Any]) -> None:
        for path in FILES:
            self._render(path)
        for build in builds(self.settings.base_url):
            self._render(f"/embed.{build.digest}.js")
        for collection, type_name in TYPE_BY_COLLECTION.items():
            model = MODELS_BY_TYPE[type_name]
            # Also what editors argue themselves, which lists leave out by default.
            slugs = self.session.scalars(select(model.slug).where(model.is_visible).order_by(model.slug))
            for slug in slugs.all():
                if slug in PATH_WORDS:
                    raise ExportError(
                        f"The {type_name} “{slug}” has an id that is a word of the paths of files. Rename it."
                    )
                self._render_item(collection, slug)
                step(1)
            self._render_list(collection, None, None)
        for path in ("/v1/meta/index.json", "/v1/index.json", "/404.html", "/index.html"):
            self._render(path)
        for path in SITEMAP_PATTERN.findall(self._render("/sitemaps/index.xml").decode()):
            self._render(path)

    def _render_item(self, collection: str, slug: str) -> None:
        item = f"/v1/{collection}/{slug}"
        paths = [f"{item}/index.json", *(f"{item}/{part}/index.json" for part in PARTS.get(collection, ()))]
        formats = item_formats(collection)
        paths += [format_path(collection, slug, format_) for format_ in formats]
        if collection in PAGE_COLLECTIONS:
            paths.append(f"/{collection}/{slug}/index.html")
        if collection in EMBED_COLLECTIONS:
            paths.append(f"/embed/{collection}/{slug}/index.html")
            paths += [f"/oembed/{collection}/{slug}.{extension}" for extension in CONTENT_TYPES]
        if collection == "quotes":
            paths += [f"/quotes/{slug}/card.png", f"/quotes/{slug}/card.svg"]
        if collection == "sources":
            paths += self._paragraph_paths(slug)
        for path in paths:
            self._render(path)
        for parent, listed in lists_below():
            if parent == collection:
                self._render_list(listed, collection, slug)

    def _paragraph_paths(self, source: str) -> list[str]:
        numbers = select(Paragraph.number).join(Paragraph.source).where(Source.slug == source)
        return [
            paragraph_path(source, number)
            for number in self.session.scalars(numbers.order_by(Paragraph.number))
        ]

    def _render_list(self, collection: str, parent: str | None, slug: str | None) -> None:
        folder = list_path("/v1", collection, parent, slug)
        formats = reference_formats(collection) if has_facets(parent) else ()
        after: str | None = None
        while True:
            page = orjson.loads(self._render(page_file(folder, after, "json")))
            for format_ in formats:
                self._render(page_file(folder, after, str(format_.extension)))
            if has_page(collection, parent):
                self._render(page_file(list_path("", collection, parent, slug), after, "html"))
            following = page["page"]["next"]
            if following is None:
                break
            after = following.rpartition("/")[2].removesuffix(".json")
        if has_facets(parent) and TYPE_BY_COLLECTION[collection] in FACET_SCHEMAS:
            self._render(f"{folder}/facets.json")

    def _render(self, path: str) -> bytes:
        with self.app.test_request_context(path, base_url=self.settings.origin):
            response = self.app.full_dispatch_request()
            body: bytes = response.get_data()
        if response.status_code != 200:
            raise ExportError(f"{path} cannot be written: its response is {response.status}.")
        self._stage(path, body, response.content_type)
        if response.mimetype == "text/html":
            self._render_assets(body.decode())
        return body

    def _render_assets(self, page: str) -> None:
        for path in {*ASSET_PATTERN.findall(page)} - self.files.keys():
            # Texts may contain anything.
            is_font = path.startswith("/embed/") and fonts.served_path(path.rpartition("/")[2])
            if is_font or path in self.app.extensions[EXTENSION].files:
                self._render(path)

    def _stage(self, path: str, body: bytes, content_type: str | None) -> None:
        digest = hashlib.sha256(body).hexdigest()
        self.files[path] = {"path": path, "type": content_type, "bytes": len(body), "sha256": digest}
        target = self.folder / path[1:]
        if not target.is_file() or target.read_bytes() != body:
            _write(self.folder / STAGING / path[1:], body)
            self._changed.append(path)

    def _publish(self, previous: dict[str, Any], state: ContentState) -> int:
        """Move the staged files into place; return the number of files that were removed."""
        old = {file["path"]: file for file in previous.get("files", ())}
        gone = sorted(old.keys() - self.files.keys())
        if self._changed or gone:
            # An interrupted export knows of all the files that there may be.
            self._write_manifest(old | self.files, state)
            # All at once: to flush thousands of files one by one takes minutes.
            os.sync()
        for path in sorted(self._changed, key=lambda path: (self.folder / path[1:]).exists()):
            target = self.folder / path[1:]
            target.parent.mkdir(parents=True, exist_ok=True)
            (self.folder / STAGING / path[1:]).replace(target)
        for path in gone:
            _remove(self.folder, path)
        self._write_manifest(self.files, state)
        return len(gone)

    def _write_manifest(self, files: dict[str, dict[str, Any]], state: ContentState) -> None:
        about = {
            "type": "static-export",
            "format": FORMAT,
            "release": VERSION,
            "base_url": self.settings.base_url,
            "epoch": state.epoch,
            "generation": state.generation,
            "cursor": state.cursor,
            "changed_at": state.changed_at,
            "files": [files[path] for path in sorted(files)],
        }
        body = orjson.dumps(about, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        staged = self.folder / STAGING / MANIFEST
        _write(staged, body)
        staged.replace(self.folder / MANIFEST)
        sync_folder(self.folder)


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of the export in a folder; an empty one if the folder is empty.

    Raises:
        ExportError: the folder has other things, or the manifest is not one of such an export.
    """
    try:
        manifest: dict[str, Any] = orjson.loads((folder / MANIFEST).read_bytes())
        paths = [file["path"] for file in manifest["files"]]
        if manifest["format"] == FORMAT and all(map(_is_inside, paths)):
            return manifest
    except FileNotFoundError:
        others = {path.name for path in folder.iterdir()} - {STAGING}
        if not others:
            return {}
        raise ExportError(
            f"{folder} has other things than an export, such as {min(others)}. "
            "Name a new folder, or one that is empty."
        ) from None
    except (orjson.JSONDecodeError, KeyError, TypeError):
        pass
    raise ExportError(
        f"{folder / MANIFEST} is not that of an export with --format static. Name a new folder."
    )


def _is_inside(path: Any) -> bool:
    """Whether a path of a manifest is below its folder: what is removed must be."""
    return isinstance(path, str) and path.startswith("/") and ".." not in path.split("/")


def _write(target: Path, body: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(body)


def _remove(folder: Path, path: str) -> None:
    """Remove a file, and the folders that are empty without it."""
    target = folder / path[1:]
    target.unlink(missing_ok=True)
    for parent in target.parents:
        if parent == folder or not parent.is_dir() or any(parent.iterdir()):
            break
        parent.rmdir()
