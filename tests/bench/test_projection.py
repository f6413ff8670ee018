"""The benchmark runs: it compares what it measures, and prints a ratio for every request."""

from api.core.config import ROOT
from bench import projection, startup
from tests.serving import free_port


class TestProjection:
    def test_it_measures_every_request(self, engine, monkeypatch):
        monkeypatch.setattr(projection, "ROUNDS", 1)
        monkeypatch.setattr(projection, "BATCH", 1)
        with engine.fresh("pack") as url:
            measured = projection.table("A database", url)
        assert measured.row_count == len(projection.REQUESTS)


class TestStartup:
    def test_it_measures_every_checkout(self, monkeypatch):
        for name, value in {"STARTS": 1, "SERVERS": 1, "PORT": free_port()}.items():
            monkeypatch.setattr(startup, name, value)
        assert startup.table([ROOT]).row_count == 1
