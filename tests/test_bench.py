"""The benchmark runs: it compares what it measures, and prints a ratio for every request."""

from bench import projection


class TestProjection:
    def test_it_measures_every_request(self, engine, monkeypatch):
        monkeypatch.setattr(projection, "ROUNDS", 1)
        monkeypatch.setattr(projection, "BATCH", 1)
        with engine.fresh("pack") as url:
            measured = projection.table("A database", url)
        assert measured.row_count == len(projection.REQUESTS)
