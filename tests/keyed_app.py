"""The application with one more route, which needs a key and reads a body, for tests with a running server."""

from flask import request

from api.http.authentication import require_scopes
from wsgi import app

PATH = "/v1/keyed"


@app.post(PATH)
def read_body():
    key = require_scopes("publish")
    return {"name": key.name, "bytes": len(request.get_data())}
