"""A PostgreSQL server that hangs, restarts, fails over or is cut off, while clients send requests."""

import time
from contextlib import ExitStack, contextmanager

import pytest

from tests.drills.load import load
from tests.network_namespaces import network_namespace
from tests.postgresql_clusters import running_cluster, running_replica
from tests.serving import serving

pytestmark = pytest.mark.drill

QUOTE = "her-2013-perfection-is-the-enemy-of-real"
#: The kinds of requests. Each number makes a request that no cache has seen.
PATHS = {
    "probe": ["/livez"],
    "static": ["/docs/assets/swagger-ui.css", "/embed.js"],
    "cached": [f"/v1/quotes/{QUOTE}", f"/quotes/{QUOTE}", "/v1/quotes?limit=5"],
    "read": ["/v1/quotes/random?count=3", "/v1/quotes/random?seed={}"],
    "page": ["/search?q=love+{}"],
    "ready": ["/readyz"],
}
#: Kinds that need no database, or can be answered from the cache.
INDEPENDENT = ("probe", "static", "cached")
#: What is promised: no later response, and the time until all requests succeed once the database is back.
MAX_SECONDS, MAX_RECOVERY_SECONDS = 3.0, 2.0
#: Clients that come at once.
CROWD = 100
BEFORE_SECONDS, OUTAGE_SECONDS, AFTER_SECONDS = 2, 8, 5


class Drill:
    """A server under load and the course of an outage."""

    def __init__(self, server, load) -> None:
        self.server, self.load = server, load
        self.began_at = self.back_at = float("inf")

    @contextmanager
    def outage(self, seconds=OUTAGE_SECONDS):
        """The database does not respond from the beginning of the block to its end."""
        time.sleep(BEFORE_SECONDS)
        self.began_at = time.monotonic()
        yield
        time.sleep(seconds)

    def recover(self, repair, *args):
        repair(*args)
        self.back_at = time.monotonic()
        time.sleep(AFTER_SECONDS)


@contextmanager
def drill(log, database_url, independent=INDEPENDENT):
    """Yield a drill, and check what its clients noticed at the end."""
    with serving(log, SUBTEXT_DATABASE_URL=database_url, SUBTEXT_WORKERS="1") as server:
        with load(server.url, PATHS) as running:
            course = Drill(server, running)
            yield course
        check(course, independent)


def check(course, independent):
    running = course.load
    print(running.summary(course.back_at))
    assert not running.undesigned, (running.undesigned[:5], course.server.output[-3000:])
    assert not [one for one in running.outcomes if one.seconds > MAX_SECONDS]
    assert not [one for kind in independent for one in running.of(kind) if one.status != 200]
    before = [one for one in running.outcomes if one.sent_at + one.seconds < course.began_at]
    assert {one.status for one in before} == {200}
    assert running.recovery_seconds(course.back_at) <= MAX_RECOVERY_SECONDS


@pytest.fixture
def cluster():
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture
def log(tmp_path):
    return tmp_path / "log"


class TestServerThatHangs:
    def test_reads_fail_fast_and_everything_else_goes_on(self, cluster, log):
        with drill(log, cluster.create_database("content")) as course:
            with course.outage():
                cluster.freeze()
            course.recover(cluster.thaw)

    def test_a_crowd_fails_fast_too(self, cluster, log):
        url = cluster.create_database("content")
        with serving(log, SUBTEXT_DATABASE_URL=url, SUBTEXT_WORKERS="1") as server:
            cluster.freeze()
            with load(server.url, {"read": PATHS["read"], "probe": PATHS["probe"]}, clients=CROWD) as crowd:
                time.sleep(5)
            cluster.thaw()
        print(crowd.summary(0))
        assert not crowd.undesigned
        assert {one.status for one in crowd.of("read")} == {503}
        assert max(one.seconds for one in crowd.outcomes) <= MAX_SECONDS


class TestNetworkThatIsCut:
    def test_reads_fail_fast_and_everything_else_goes_on(self, log):
        with ExitStack() as stack:
            namespace = stack.enter_context(network_namespace())
            cluster = stack.enter_context(running_cluster(namespace=namespace))
            course = stack.enter_context(drill(log, cluster.create_database("content")))
            with course.outage():
                namespace.cut()
            course.recover(namespace.restore)


class TestRestart:
    @pytest.mark.parametrize("mode", ["fast", "immediate"])
    def test_reads_fail_until_the_server_is_back(self, cluster, log, mode):
        with drill(log, cluster.create_database("content")) as course:
            with course.outage(2):
                cluster.stop(mode)
            course.recover(cluster.start)


class TestTerminatedBackends:
    def test_no_request_fails_for_long(self, cluster, log):
        # Each new connection of the watcher empties the cache.
        with drill(log, cluster.create_database("content"), independent=("probe", "static")) as course:
            with course.outage(2):
                for _ in range(10):
                    assert cluster.terminate_backends("content")
                    time.sleep(0.3)
            course.recover(lambda: None)


class TestFailover:
    def test_another_server_of_the_url_takes_over(self, cluster, log):
        cluster.create_database("content")
        with ExitStack() as stack:
            replica = stack.enter_context(running_replica(cluster))
            hosts = f"host={cluster.host}:{cluster.port}&host={replica.host}:{replica.port}"
            url = f"postgresql+psycopg://postgres@/content?{hosts}&target_session_attrs=read-write"
            course = stack.enter_context(drill(log, url))
            with course.outage(2):
                cluster.kill()
            course.recover(replica.promote)
