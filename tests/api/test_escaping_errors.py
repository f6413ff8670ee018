"""Exceptions that Flask's error handlers do not see: each becomes a problem with its request id, and one line."""

import pytest
from flask import Response, url_for

from api.app import create_app
from api.core.config import Settings
from api.http.errors import ERROR_RENDERER

pytestmark = pytest.mark.any_database


def fail(*_):
    return 1 / 0


def fail_while_the_body_is_read(app):
    def body():
        yield b"first"
        fail()

    app.add_url_rule("/fails", view_func=lambda: Response(body()))


def fail_in_a_view(error):
    def plant(app):
        def view():
            raise error

        app.add_url_rule("/fails", view_func=view)

    return plant


def fail_after_the_request(app):
    app.add_url_rule("/fails", view_func=lambda: "")
    app.after_request_funcs.setdefault(None, []).append(fail)


def fail_in_the_error_renderer(app):
    app.extensions[ERROR_RENDERER] = fail
    fail_in_a_view(ValueError())(app)


def fail_in_the_error_handler(app):
    app.register_error_handler(ValueError, lambda _error: url_for("no_such_endpoint"))
    fail_in_a_view(ValueError())(app)


def fail_at_the_end(app):
    app.add_url_rule("/fails", view_func=lambda: "")
    app.teardown_request_funcs.setdefault(None, []).append(fail)


def fail_in_the_cache(app):
    app.wsgi_app.application.store.get = fail


@pytest.mark.parametrize(
    "plant",
    [
        fail_while_the_body_is_read,
        fail_in_a_view(RecursionError()),
        fail_in_a_view(MemoryError()),
        fail_after_the_request,
        fail_in_the_error_renderer,
        fail_in_the_error_handler,
        fail_at_the_end,
        fail_in_the_cache,
    ],
)
def test_it_is_a_problem(sqlite_engine, capfd, plant):
    with sqlite_engine.fresh("pack") as url:
        app = create_app(Settings(database_url=url))
        plant(app)
        response = app.test_client().get("/fails")
        app.extensions["database"].close()
    problem = response.get_json()
    assert (response.status_code, response.mimetype) == (500, "application/problem+json")
    assert response.headers["Cache-Control"] == "no-store"
    assert problem["code"] == "internal-error"
    assert problem["request_id"] == response.headers["X-Request-Id"]
    assert sum(problem["request_id"] in line for line in "".join(capfd.readouterr()).splitlines()) == 1
