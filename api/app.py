"""The application factory: it creates the Flask app and registers every part of the API."""

from __future__ import annotations

from typing import Any

from flask import Flask

from api.core import app_context
from api.core.config import Settings
from api.desk import extension as desk
from api.embeds.cards.routes import cards
from api.embeds.collection_frame import collections
from api.embeds.collection_snippet import collection_snippets
from api.embeds.frame import frame
from api.embeds.oembed import oembed
from api.embeds.script import script
from api.embeds.snippet_routes import snippets
from api.http import errors, security, trailing_slash
from api.http.deprecation import headers as deprecation_headers
from api.http.observability import extension as observability
from api.http.response_cache import extension as response_cache
from api.http.url_converters import CONVERTERS
from api.openapi_spec import spec
from api.pages import static_files
from api.pages.home_and_docs import pages
from api.resources import blueprints, check_routes
from api.resources.changes.routes import blp as changes
from api.resources.search.routes import blp as search
from api.resources.service.routes import blp as index
from api.resources.service.routes import plain as meta
from api.resources.service.snapshots import blp as snapshots
from api.resources.service.snapshots import plain as snapshot_files
from api.static_api import routes as static_api
from api.views.history import add_history_routes
from api.writing.body_guard import MAX_BODY_BYTES
from api.writing.bulk import blp as bulk
from api.writing.drafts.lists import blp as drafts
from api.writing.drafts.previews import previews
from api.writing.drafts.routes import add_draft_routes
from api.writing.routes import add_write_routes
from models import RESOURCES


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application; without ``settings``, they are read from the environment."""
    settings = settings or Settings.from_environment()
    app = Flask("api", static_folder=None)
    app.url_map.converters.update(CONVERTERS)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    # Merging slashes would redirect to a URL built from the request's Host header.
    app.url_map.merge_slashes = False
    # api/http/errors.py logs each error once, without the values of variables.
    app.logger.disabled = True
    spec.spec_options(app)
    app_context.init_app(app, settings)
    observability.init_app(app)
    errors.init_app(app)
    trailing_slash.init_app(app)
    security.init_app(app)
    deprecation_headers.init_app(app)
    api = spec.Api(app)
    for converter in CONVERTERS.values():
        api.register_converter(converter, lambda _converter: {"type": "string"})
    resources = blueprints()
    add_history_routes(tuple(resources))
    models: tuple[Any, ...] = RESOURCES
    for blueprint, model in zip(resources, models, strict=True):
        add_write_routes(blueprint, model)
        add_draft_routes(blueprint, model)
    for blueprint in (index, search, *resources, changes, snapshots, bulk, drafts):
        api.register_blueprint(blueprint)
    for undocumented in (
        meta,
        snapshot_files,
        pages,
        cards,
        frame,
        collections,
        oembed,
        script,
        snippets,
        collection_snippets,
        previews,
    ):
        app.register_blueprint(undocumented)
    static_files.init_app(app, settings)
    static_api.init_app(app)
    desk.init_app(app)
    check_routes(app)
    # Functions run in reverse order: others complete the headers of what this one returns.
    app.after_request(errors.complete_error_response)
    response_cache.init_app(app, settings)
    if settings.base_path:
        # Imported only if needed: most deployments have a host of their own.
        from api.http import path_prefix

        path_prefix.init_app(app, settings)
    app.wsgi_app = observability.observe(app, settings)  # type: ignore[method-assign,assignment]
    return app
