"""What makes the load, and what it is told by."""

import pytest

from bench import load_generator as wrk
from bench.load import NotTaken, own
from bench.load.answers import Answers
from bench.servers.bare import record
from bench.servers.contenders import bare
from bench.servers.server_process import running

PRINTED = """Running 2s test @ http://127.0.0.1:8000/
  1 threads and 8 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     4.69ms   19.12ms 201.39ms   95.97%
    Req/Sec     5.84k     1.81k    8.65k    63.16%
  Latency Distribution
     50%  806.00us
     75%    1.31ms
     90%    2.61ms
     99%  103.13ms
  11100 requests in 1.91s, 168.83MB read
Requests/sec:   5811.45
"""
ERRORS = "  Socket errors: connect 1, read 2, write 0, timeout 4\n  Non-2xx or 3xx responses: 5\n"


class TestWrk:
    def test_its_words_are_read(self):
        found = wrk.taken(PRINTED)
        assert (found.answers, found.seconds, found.errors) == (11_100, 1.91, 0)
        assert (found.p50_ms, found.p99_ms) == (pytest.approx(0.806), 103.13)

    def test_every_kind_of_error_counts(self):
        assert wrk.taken(PRINTED + ERRORS).errors == 12

    def test_other_words_are_an_error(self):
        with pytest.raises(NotTaken, match="unable to connect"):
            wrk.taken("unable to connect")


class TestAnswers:
    @pytest.mark.parametrize(
        "whole",
        [
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwords",
            b"HTTP/1.1 200 OK\r\netag: 1\r\ncontent-length:5\r\n\r\nwords",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwords\r\n0\r\n\r\n",
            b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
        ],
        ids=["length", "length in lower case", "chunks", "not modified"],
    )
    def test_an_answer_is_whole_with_its_last_byte(self, whole):
        answers = Answers()
        assert [answers.take(bytes([byte])) for byte in whole] == [False] * (len(whole) - 1) + [True]
        assert answers.errors == 0

    def test_a_refusal_is_an_error(self):
        answers = Answers()
        assert answers.take(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
        assert answers.errors == 1

    def test_a_server_that_hangs_up_is_told_of(self):
        with pytest.raises(ConnectionError):
            Answers().take(b"")


class TestOwnLoad:
    def test_it_counts_the_answers_of_a_server(self, tmp_path):
        headers = [("Content-Type", "text/plain"), ("Content-Length", "5")]
        record(tmp_path, "plain", "200 OK", headers, b"words")
        with running(bare("sqlite:///none.sqlite3", tmp_path)) as server:
            found = own.load(server.port, "/plain", {}, 0.2, 2)
        assert found.answers > 2
        assert found.errors == 0
        assert found.p50_ms <= found.p99_ms
