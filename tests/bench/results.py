"""Small, invented results in the format that a benchmark run writes."""

from bench import scenarios as s


def ratio(median):
    return {"median": median, "low": median, "high": median}


def pair(case, reference, cpu, rate=1.0):
    return {"case": case, "reference": reference, "cpu": ratio(cpu), "rate": ratio(rate)}


def case(name, cpu_us):
    return {
        **{"name": name, "server": name, "path": "/", "headers": {}, "bytes": 14_500, "items": 20},
        **{"cpu_us": cpu_us, "per_second": 1e6 / cpu_us, "p50_ms": 1.5, "p99_ms": 4.0},
        **{"responses": 1_000, "errors": 0, "memory_mb": 80.0},
    }


def group(key, title, cases, comparisons):
    return {"key": key, "title": title, "about": "All alike.", "cases": cases, "comparisons": comparisons}


def growth_rows(operation, database="sqlite", **times):
    return [
        {
            **{"operation": operation, "database": database, "quotes": int(size.removeprefix("of_"))},
            **{"statements": 1, "p50_ms": time, "p99_ms": time * 2},
        }
        for size, time in times.items()
    ]


RESULTS = {
    **{"kind": "small", "measured_on": "2026-11-25", "rounds": 5, "seconds": 2.0, "connections": 8},
    **{"quotes": 5_000, "hits": 700, "left_out": {"json-server": "node is not installed"}},
    "machine": {
        **{"processor": "A processor", "cores": 2, "memory_gb": 8.0, "kernel": "Linux 6"},
        "load_before": 0.1,
    },
    "versions": {"Python": "3.11.2", "SQLite": "3.40.1"},
    "groups": [
        group(
            "front",
            "Response cache",
            [case(s.BARE, 30.0), case(s.CACHED, 40.0)],
            [pair(s.CACHED, s.BARE, 0.75, 0.8)],
        ),
        group(
            "pages",
            "The page",
            [case(s.UNCACHED, 450.0), case(s.SMOREST, 4_300.0), case(s.FASTAPI, 6_000.0)],
            [
                pair(s.UNCACHED, s.SMOREST, 9.55),
                pair(s.UNCACHED, s.FASTAPI, 13.3),
                pair(s.UNCACHED, s.FASTAPI_ASYNC, 9.2),
            ],
        ),
    ],
    "startup": {"import_seconds": 0.61, "ready_mb": 78.0, "used_mb": 84.0, "pages_mb": 130.0},
    "growth": {
        **{"measured_on": "2026-11-25", "versions": {"SQLite": "3.40.1"}},
        "results": [
            *growth_rows("by id", of_10000=0.015, of_1000000=0.016),
            *growth_rows("list", of_10000=0.2, of_1000000=0.2),
            *growth_rows("list, late page", of_10000=0.2, of_1000000=0.5),
            *growth_rows("search, most common word", of_10000=12.0, of_1000000=80.0),
        ],
    },
}
