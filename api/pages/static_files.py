"""The files of pages: scripts and style sheets of our own, icons, Swagger UI and Scalar."""

from __future__ import annotations

from importlib import resources
from importlib.metadata import distribution
from pathlib import Path

import flask_swagger_ui
from flask import Flask

from api.core.config import Settings
from api.http.assets import EXTENSION, Assets

STATIC = Path(__file__).parent / "static"
SWAGGER_UI = Path(str(resources.files(flask_swagger_ui) / "dist"))
# Located without an import: importing offapi loads nine megabytes of templates.
SCALAR = Path(str(distribution("offapi").locate_file("offapi/scalar.js")))
#: Icons have URLs without a version, where browsers, phones and feed readers look for them.
ICONS = ("favicon.ico", "favicon.svg", "apple-touch-icon.png")
#: How long clients cache a file without a version in its URL, and an icon, in seconds.
FILE_MAX_AGE, ICON_MAX_AGE = 3_600, 86_400


def init_app(app: Flask, settings: Settings) -> None:
    """Serve the files, and let templates begin their URLs with ``asset_url``."""
    assets = app.extensions[EXTENSION] = Assets()
    for folder, url in ((STATIC, "/static"), (SWAGGER_UI, "/docs/assets")):
        for file in sorted(folder.iterdir()):
            assets.add(app, f"{url}/{file.name}", file, FILE_MAX_AGE)
    assets.add(app, "/docs/reference/scalar.js", SCALAR, FILE_MAX_AGE)
    for name in ICONS:
        assets.add(app, f"/{name}", STATIC / name, ICON_MAX_AGE)
    # A global, because imported macros see no other variables.
    app.jinja_env.globals["asset_url"] = lambda path: f"{settings.base_path}{assets.url(path)}"
