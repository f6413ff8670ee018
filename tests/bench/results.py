"""Results as a run leaves them, small and invented."""

from bench import scenarios as g


def ratio(median, low=None, high=None):
    return {"median": median, "low": low or median, "high": high or median}


def pair(case, reference, cpu, rate=1.0):
    return {"case": case, "reference": reference, "cpu": ratio(cpu), "rate": ratio(rate)}


def case(name, cpu_us):
    return {
        **{"name": name, "server": name, "asks": "/", "headers": {}, "bytes": 14_500, "items": 20},
        **{"cpu_us": cpu_us, "per_second": 1e6 / cpu_us, "p50_ms": 1.5, "p99_ms": 4.0},
        **{"answers": 1_000, "errors": 0, "memory_mb": 80.0},
    }


def group(key, title, cases, comparisons):
    return {"key": key, "title": title, "about": "All alike.", "cases": cases, "comparisons": comparisons}


def grown(operation, database="sqlite", **times):
    return [
        {
            **{"operation": operation, "database": database, "quotes": int(size.removeprefix("of_"))},
            **{"statements": 1, "p50_ms": time, "p99_ms": time * 2, "touched": 20},
        }
        for size, time in times.items()
    ]


RESULTS = {
    **{"kind": "small", "measured_on": "2026-11-25", "rounds": 5, "seconds": 2.0, "connections": 8},
    **{
        "quotes": 5_000,
        "hits": 700,
        "generator": "wrk",
        "left_out": {"json-server": "node is not installed"},
    },
    "machine": {
        "processor": "A processor",
        "cores": 2,
        "memory_gb": 8.0,
        "kernel": "Linux 6",
        "load_before": 0.1,
    },
    "versions": {"Python": "3.11.2", "SQLite": "3.40.1"},
    "groups": [
        group(
            "front",
            "The cache in front",
            [case("bare WSGI", 30.0), case(g.CACHED, 40.0)],
            [pair(g.CACHED, "bare WSGI", 0.75, 0.8)],
        ),
        group(
            "pages",
            "The page",
            [case(g.UNCACHED, 450.0), case(g.NAIVE, 4_300.0), case(g.FASTAPI, 6_000.0)],
            [
                pair(g.UNCACHED, g.NAIVE, 9.55),
                pair(g.UNCACHED, g.FASTAPI, 13.3),
                pair(g.UNCACHED, g.ON_THE_LOOP, 9.2),
            ],
        ),
    ],
    "layers": {"page": {"SQLite": 0.6, "SQLAlchemy": 0.4}, "cached": {"Subtext’s cache": 1.0}},
    "startup": {
        **{"import_seconds": 0.61, "ready_mb": 78.0, "used_mb": 84.0, "pages_mb": 130.0},
        "held_mb": {"Python": 10.0, "Subtext": 24.0},
    },
    "growth": {
        **{"measured_on": "2026-11-25", "versions": {"sqlite": "3.40.1"}},
        "results": [
            *grown("by id", of_10000=0.015, of_1000000=0.016),
            *grown("list", of_10000=0.2, of_1000000=0.2),
            *grown("list, far behind", of_10000=0.2, of_1000000=0.5),
            *grown("search, commonest word", of_10000=12.0, of_1000000=80.0),
        ],
    },
}
