"""The WSGI middleware that removes the path of the public URL from the paths of requests.

Some reverse proxies remove it before they forward a request, others do not. URLs in responses are built from
the settings alone, so both forms have the same response and share it in the response cache.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import unquote

from flask import Flask
from werkzeug.utils import redirect

from api.core.config import InvalidSetting, Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: The path of the home page as a file.
HOME_FILE = "/index.html"
VARIABLE = re.compile(r"<[^>]*>")
#: An argument of a rule that has one of some values.
CHOICE = re.compile(r"<any\(([^)]*)\):\w+>")


def init_app(app: Flask, settings: Settings) -> None:
    """Remove the path of ``settings.base_url``. To be called last, so that all routes are known.

    Raises:
        InvalidSetting: some paths of the service, less this path, are other paths of the service.
    """
    prefix = unquote(settings.base_path)
    routes = {route for rule in app.url_map.iter_rules() for route in _routes(rule.rule)}
    own = {route for route in routes if f"{route}/".startswith(f"{prefix}/")}
    # With the path /quotes, /quotes/index.html is the file of the home page. That of the list of quotes is
    # /quotes/quotes/index.html, which only proxies that leave the path alone can ask for.
    if any(route.removeprefix(prefix) in routes - {HOME_FILE} for route in own):
        raise InvalidSetting(
            f"SUBTEXT_PUBLIC_URL must not have the path {prefix}: URLs of Subtext begin with it themselves, "
            "and some would have two meanings. Use another path, such as /subtext."
        )
    middleware = PathPrefixMiddleware(app, prefix, settings.base_url, has_own_routes=bool(own))
    app.wsgi_app = middleware  # type: ignore[method-assign]


def _routes(rule: str) -> Iterator[str]:
    """Yield a rule with each of its choices, and without the names of its variables."""
    choice = CHOICE.search(rule)
    if choice is None:
        yield VARIABLE.sub("<>", rule)
    else:
        for value in choice[1].replace("'", "").split(", "):
            yield from _routes(f"{rule[: choice.start()]}{value}{rule[choice.end() :]}")


class PathPrefixMiddleware:
    """A WSGI application that removes a prefix from the paths of requests, and forwards them."""

    def __init__(self, app: Flask, prefix: str, base_url: str, *, has_own_routes: bool) -> None:
        """Wrap ``app``. ``has_own_routes`` is whether some of its routes begin with the prefix themselves."""
        self.application: WSGIApplication = app.wsgi_app
        self._router = app.url_map.bind("")
        # Servers decode percent-encoded paths as Latin-1 (PEP 3333).
        self._prefix, self._base_url = prefix.encode().decode("latin-1"), base_url
        self._has_own_routes = has_own_routes

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Respond to a request (PEP 3333); to one for the prefix alone, with a redirect to the home page."""
        path = environ["PATH_INFO"]
        rest = path.removeprefix(self._prefix)
        if f"{path}/".startswith(f"{self._prefix}/") and not self._is_own_path(path, rest):
            if not rest:
                query = f"?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else ""
                return redirect(f"{self._base_url}/{query}", 308)(environ, start_response)
            environ = environ | {"PATH_INFO": rest}
        return self.application(environ, start_response)

    def _is_own_path(self, path: str, rest: str) -> bool:
        """Whether a proxy has removed the prefix already, and the path begins with the same segments."""
        if not self._has_own_routes or (rest and self._router.test(rest)):
            return False
        return self._router.test(path)
