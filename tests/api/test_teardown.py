"""Errors after the response was made: they must not replace it."""

import pytest

from models.database import ReadSession

pytestmark = pytest.mark.any_database


class TestSessionThatCannotBeClosed:
    @pytest.fixture(autouse=True)
    def broken(self, monkeypatch):
        close = ReadSession.close

        def fail(session):
            close(session)
            raise RuntimeError("rollback failed")

        monkeypatch.setattr(ReadSession, "close", fail)

    def test_the_response_is_sent(self, client):
        response = client.get("/v1/films/her-2013")
        assert response.status_code == 200
        assert response.get_json()["id"] == "her-2013"

    def test_it_is_logged(self, client, capsys):
        client.get("/v1/films/her-2013")
        assert "session not closed" in capsys.readouterr().out
