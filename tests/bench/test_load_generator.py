"""Parsing of wrk's output."""

import pytest

from bench.load_generator import LoadFailed, parse

OUTPUT = """Running 2s test @ http://127.0.0.1:8000/
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


def test_its_output_is_parsed():
    figures = {"responses": 11_100, "seconds": 1.91, "errors": 0, "p50_ms": 0.806, "p99_ms": 103.13}
    assert parse(OUTPUT) == pytest.approx(figures)


def test_every_kind_of_error_counts():
    assert parse(OUTPUT + ERRORS)["errors"] == 12


def test_other_output_is_an_error():
    with pytest.raises(LoadFailed, match="unable to connect"):
        parse("unable to connect")
