"""The application factory: the one place where every part of the API is put together."""

from __future__ import annotations

from flask import Flask

from api import cache, context, errors, notices, security, spec
from api.advisories.routes import blp as advisories
from api.characters.routes import blp as characters
from api.commentary.routes import blp as commentary
from api.config import Settings
from api.embeds.frame import frame
from api.embeds.oembed import oembed
from api.embeds.routes import embeds
from api.embeds.script import script
from api.embeds.snippets import snippets
from api.films.routes import blp as films
from api.meta.routes import blp as index
from api.meta.routes import plain as meta
from api.pages.routes import assets, pages
from api.paths import CONVERTERS
from api.quotes.routes import blp as quotes
from api.scenes.routes import blp as scenes
from api.search.routes import blp as search
from api.sources.routes import blp as sources
from api.themes.routes import blp as themes

#: The largest body that is read at all, in bytes.
MOST_BODY_BYTES = 1_048_576


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application; without ``settings`` they are read from the environment."""
    settings = settings or Settings.from_environment()
    app = Flask("api", static_folder=None)
    app.url_map.converters.update(CONVERTERS)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.config["MAX_CONTENT_LENGTH"] = MOST_BODY_BYTES
    # Merging would redirect to an address that the request's Host builds.
    app.url_map.merge_slashes = False
    # api/errors.py logs each error once, without the values of variables.
    app.logger.disabled = True
    spec.spec_options(app)
    context.init_app(app, settings)
    errors.init_app(app)
    security.init_app(app)
    if settings.rate_limits:
        # Most services limit nothing, and need not load what counts.
        from api import limiting

        limiting.init_app(app, settings)
    notices.init_app(app)
    api = spec.Api(app)
    for converter in CONVERTERS.values():
        api.register_converter(converter, lambda _converter: {"type": "string"})
    # The order in which a person reads the document.
    resources = (films, sources, characters, scenes, quotes, commentary, themes, advisories)
    for blueprint in (index, search, *resources):
        api.register_blueprint(blueprint)
    for unlisted in (meta, pages, assets, embeds, frame, oembed, script, snippets):
        app.register_blueprint(unlisted)
    cache.init_app(app, settings)
    return app
