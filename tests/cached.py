"""A client whose every read is asked of a second app, twice: what is kept must be what is made, byte for byte."""

from flask.testing import FlaskClient

#: Of one request alone: RFC 9457's name for it.
OF_A_REQUEST = ("x-request-id",)


def said(answer):
    """Return all that an answer says that could be the same another time."""
    headers = [(name, value) for name, value in answer.headers if name.lower() not in OF_A_REQUEST]
    return answer.status, sorted(headers), answer.data


class Compared(FlaskClient):
    """A client of an app that keeps nothing; ``keeping`` is one of an app that does."""

    keeping = None

    def open(self, *asked, **named):
        answer = super().open(*asked, **named)
        # All else is an error, or is another one each time.
        if answer.request.method in ("GET", "HEAD") and "public" in answer.headers.get("Cache-Control", ""):
            for way in ("made", "kept"):
                assert said(self.keeping.open(*asked, **named)) == said(answer), way
        return answer


def compared(app, keeping):
    """Return a client of ``app`` that compares what it is answered with what ``keeping`` answers.

    Nothing is kept yet: a test may have changed what the app does.
    """
    keeping.extensions["kept"].clear()
    client = Compared(app, app.response_class)
    client.keeping = keeping.test_client()
    return client
