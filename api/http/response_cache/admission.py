"""What a request passes that the application is not asked about: is it for us, and is it one too many?"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.sansio.utils import host_is_trusted
from werkzeug.wsgi import get_host

from api.core.config import Settings
from api.http.response_cache.cache_entry import Headers
from api.http.responses import RATE_LIMIT_HEADERS

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment


class AdmissionChecks:
    """The rules of the application that hold for what was kept, too."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        """Take them from where the application has them."""
        self._app = app
        self._trusted = settings.trusted_hosts
        self._is_limited: Callable[[str, str], bool] = lambda _path, _method: False
        if settings.rate_limits:
            # Most services limit nothing, and need not load what counts.
            from api.http.rate_limits.extension import is_limited

            self._is_limited = is_limited
        self._is_trusted = lru_cache(maxsize=256)(lambda host: host_is_trusted(host, self._trusted))

    def is_host_trusted(self, environ: WSGIEnvironment) -> bool:
        """Whether the application would not refuse a request for its host."""
        return not self._trusted or self._is_trusted(get_host(environ))

    def check_rate_limit(self, environ: WSGIEnvironment) -> tuple[WSGIApplication | None, Headers]:
        """Count a request: return what answers one too many, and what is to be said of the limits."""
        if not self._is_limited(environ["PATH_INFO"], environ["REQUEST_METHOD"]):
            return None, []
        with self._app.request_context(environ):
            try:
                refused = self._app.preprocess_request()
            except Exception as error:
                refused = self._app.handle_user_exception(error)
            answer = self._app.process_response(self._app.make_response(refused or ""))
        said = [(name, value) for name, value in answer.headers if name in RATE_LIMIT_HEADERS]
        return (answer if refused is not None else None), said
