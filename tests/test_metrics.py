"""Metrics: exact over all workers that ever were, and quick to collect after many of them."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.parser import text_string_to_metric_families

from api.core.metrics import Slot
from api.http.observability.request_metrics import RequestMetrics
from api.http.observability.request_record import RequestRecord
from api.http.response_cache.store import CacheStore
from subtext_cli.metrics_server import ServerCollector
from tests.serving import ROOT, SUBTEXT, free_port, serving, wait
from tests.waiting import until

DEPLOY = ROOT / "deploy"
#: A worker that claims a slot, counts, and is killed.
WORKER = """
import os, signal, sys
from pathlib import Path
from api.core import metrics
from api.http.observability.request_metrics import RequestMetrics
from api.http.observability.request_record import RequestRecord
from api.http.response_cache.store import CacheStore

metrics.directory = Path(sys.argv[1])
record, store = RequestRecord(), CacheStore(0)
metrics.slot()
record.status, record.cache = "200 OK", "hit"
for generation in range(int(sys.argv[2])):
    child = os.fork()
    if not child:
        metrics._slot = None
        requests = RequestMetrics(metrics.slot(), store)
        for route in ("/v1/quotes", "/v1/films"):
            record.route = route
            requests.observe(record, "GET", 0.0001)
        metrics.SHED_REQUESTS.inc("queue-full")
        metrics.REQUESTS_IN_PROGRESS.add(1)
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
"""


def scrape(address):
    """Return the samples of an address: values by name and labels."""
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=10) as response:
        return samples_of(response.read().decode())


def samples_of(text):
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def total(samples, name, **labels):
    return sum(
        value
        for (sample, *pairs), value in samples.items()
        if sample == name and labels.items() <= dict(pairs).items()
    )


def workers_of(process):
    return [
        int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text("utf-8").split()
    ]


@contextmanager
def measured(url, folder, **environment):
    address = f"127.0.0.1:{free_port()}"
    with serving(folder / "log", SUBTEXT_DATABASE_URL=url, SUBTEXT_METRICS=address, **environment) as server:
        yield server, address


class TestSlots:
    def test_counters_survive_workers_and_gauges_do_not(self, tmp_path):
        subprocess.run([sys.executable, "-c", WORKER, str(tmp_path), "40"], check=True)
        samples = samples_of(ServerCollector(tmp_path, list).text())
        for route in ("/v1/quotes", "/v1/films"):
            assert total(samples, "subtext_http_requests_total", route=route) == 40
        assert total(samples, "subtext_shed_requests_total") == 40
        assert "subtext_requests_in_progress" not in {name for name, *_ in samples}
        # The parent has one slot, and each child in turn the other.
        assert len(list(tmp_path.glob("counter_*.db"))) == 1

    def test_the_text_is_the_same_as_that_of_prometheus_client(self, tmp_path):
        """Numbers of several slots: counters, buckets, and gauges of each mode; labels with special characters."""
        collector = ServerCollector(tmp_path, list)
        slots = [Slot(tmp_path) for _ in range(3)]
        # Series that appear, and a file that grows, between scrapes.
        for number in range(3):
            for slot in slots[number:]:
                requests, record = RequestMetrics(slot, CacheStore(0)), RequestRecord()
                record.status, record.cache = "200 OK", "miss"
                for route in range(60 * number + 1):
                    record.route = f'/{route}/\\"\n{{é}}'
                    requests.observe(record, "GET", 0.003 * number)
                for mode in ("livesum", "livemax", "liveall"):
                    slot.value(f"gauge_{mode}", mode, mode, {"x": "1"}, "Gauge.").set(number + 1)
            registry = CollectorRegistry()
            MultiProcessCollector(registry, str(tmp_path))
            expected = samples_of(generate_latest(registry).decode())
            text = collector.text()
            assert expected.items() <= samples_of(text).items()
            assert len(samples_of(text)) == len(expected) + 1
        for slot in slots:
            for file in slot._files.values():
                file._f.close()
        result = subprocess.run(["promtool", "check", "metrics"], input=text.encode(), check=False)
        assert result.returncode == 0

    def test_nothing_is_counted_without_a_folder(self):
        code = "import sys; from api.core.metrics import SHED_REQUESTS; SHED_REQUESTS.inc('x'); sys.exit('prometheus_client' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.nightly
class TestServer:
    def test_requests_are_counted_exactly_although_a_worker_is_killed(self, sqlite_engine, tmp_path):
        with (
            sqlite_engine.fresh("pack") as url,
            measured(url, tmp_path, SUBTEXT_WORKERS="1") as (server, address),
        ):
            for generation in range(2):
                for _ in range(5):
                    urllib.request.urlopen(f"{server.url}/v1/quotes?limit=1").close()
                if generation == 0:
                    [worker] = workers_of(server.process.pid)
                    os.kill(worker, signal.SIGKILL)
                    until(lambda old=worker: workers_of(server.process.pid) not in ([], [old]))
                    wait(server)
            samples = scrape(address)
        quotes = {"route": "/v1/quotes", "method": "GET", "status": "200"}
        assert total(samples, "subtext_http_requests_total", **quotes, cache="miss") == 2
        assert total(samples, "subtext_http_requests_total", **quotes, cache="hit") == 8
        assert total(samples, "subtext_http_request_duration_seconds_count", route="/v1/quotes") == 10
        assert total(samples, "subtext_requests_in_progress") == 0
        assert total(samples, "subtext_worker_starts_total") == 2
        assert total(samples, "subtext_content_generation") > 0
        assert total(samples, "subtext_cache_entries") > 0
        assert total(samples, "subtext_worker_memory_bytes") > 10_000_000
        [build] = [dict(labels) for name, *labels in samples if name == "subtext_build_info"]
        assert build["database"] == "sqlite"

    @pytest.mark.nightly
    def test_labels_are_bounded(self, sqlite_engine, tmp_path):
        with (
            sqlite_engine.fresh("pack") as url,
            measured(url, tmp_path, SUBTEXT_WORKERS="1") as (server, address),
        ):
            for number in range(30):
                request = urllib.request.Request(
                    f"{server.url}/no/{number}?x={number}", method=f"FOO{number}"
                )
                with pytest.raises(urllib.error.HTTPError):
                    urllib.request.urlopen(request)
            samples = scrape(address)
            # The public port has no metrics.
            with pytest.raises(urllib.error.HTTPError):
                urllib.request.urlopen(f"{server.url}/metrics")
        none = {key: value for key, value in samples.items() if ("route", "none") in key}
        counts = {key: value for key, value in none.items() if key[0] == "subtext_http_requests_total"}
        assert list(counts.values()) == [30]
        assert ("method", "other") in next(iter(counts))

    @pytest.mark.nightly
    def test_an_address_in_use_is_a_sentence(self, server, tmp_path):
        address = server.url.removeprefix("http://")
        result = subprocess.run(
            [SUBTEXT, "serve"],
            env=os.environ
            | {
                "SUBTEXT_METRICS": address,
                "PORT": str(free_port()),
                "SUBTEXT_DATABASE_URL": f"sqlite:///{tmp_path}/x",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        sentence = f"subtext: SUBTEXT_METRICS is {address}, where the server cannot listen"
        assert json.loads(result.stderr)["event"] == f"{sentence}: Address already in use."
        assert result.returncode == 1


class TestDeploy:
    def expressions(self):
        """Return the PromQL expressions of the rules and of the dashboard."""
        rules = yaml.safe_load((DEPLOY / "prometheus" / "rules.yml").read_text("utf-8"))
        for group in rules["groups"]:
            yield from (rule["expr"] for rule in group["rules"])
        dashboard = json.loads((DEPLOY / "grafana" / "subtext.json").read_text("utf-8"))
        for panel in dashboard["panels"]:
            yield from (target["expr"] for target in panel["targets"])

    @pytest.mark.nightly
    def test_rules_and_dashboard_use_metrics_that_exist(self, sqlite_engine, tmp_path):
        with sqlite_engine.fresh("pack") as url, measured(url, tmp_path) as (server, address):
            urllib.request.urlopen(f"{server.url}/v1/quotes").close()
            names = {name for name, *_ in scrape(address)}
        used = {
            name for expression in self.expressions() for name in re.findall(r"\bsubtext_\w+", expression)
        }
        assert used - names == set()
        # Whatever is measured is shown.
        shown = {name.removesuffix("_bucket") for name in used}
        others = {re.sub("_(bucket|sum|count|created)$", "", name) for name in names}
        assert others - shown == set()

    def test_alerts_are_documented(self):
        rules = yaml.safe_load((DEPLOY / "prometheus" / "rules.yml").read_text("utf-8"))
        alerts = [rule["alert"] for group in rules["groups"] for rule in group["rules"] if "alert" in rule]
        page = (ROOT / "docs" / "operations.md").read_text("utf-8")
        assert [alert for alert in alerts if f"| `{alert}` |" not in page] == []

    @pytest.mark.nightly
    @pytest.mark.parametrize(
        "command", [("check", "rules", "rules.yml"), ("test", "rules", "rules_test.yml")]
    )
    def test_promtool_accepts_the_rules(self, command):
        subprocess.run(["promtool", *command], cwd=DEPLOY / "prometheus", check=True)


@pytest.mark.nightly
class TestManyWorkers:
    def test_a_scrape_is_quick_after_a_thousand_workers(self, tmp_path):
        """Eight slots, a thousand workers: as many files as after the first eight."""
        programs = [subprocess.Popen([sys.executable, "-c", WORKER, str(tmp_path), "125"]) for _ in range(8)]
        assert [program.wait() for program in programs] == [0] * 8
        collector = ServerCollector(tmp_path, list)
        started = time.perf_counter()
        samples = samples_of(collector.text())
        seconds = time.perf_counter() - started
        assert total(samples, "subtext_http_requests_total") == 2_000
        assert total(samples, "subtext_shed_requests_total") == 1_000
        assert len(list(tmp_path.glob("*.db"))) <= 2 * 16
        assert seconds < 0.5
