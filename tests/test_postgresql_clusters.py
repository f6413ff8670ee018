"""The private clusters and networks of the drills."""

import psycopg
import pytest

from tests.network_namespaces import network_namespace
from tests.postgresql_clusters import running_cluster, running_replica
from tests.waiting import until

pytestmark = pytest.mark.drill


def responds(cluster):
    try:
        with psycopg.connect(
            cluster.url(), connect_timeout=2, options="-c statement_timeout=1000"
        ) as connection:
            connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


class TestCluster:
    def test_it_can_be_frozen_and_restarted(self):
        with running_cluster() as cluster:
            cluster.create_database("content")
            cluster.freeze()
            assert not responds(cluster)
            cluster.thaw()
            assert until(lambda: responds(cluster))
            for mode in ("fast", "immediate"):
                cluster.restart(mode)
            cluster.kill()
            assert not responds(cluster)
            cluster.start()
            assert cluster.run("SELECT count(*) FROM pg_database WHERE datname = 'content'") == [(1,)]
        assert not cluster.folder.exists()

    def test_sessions_can_be_terminated(self):
        with running_cluster() as cluster, psycopg.connect(cluster.create_database("content")) as connection:
            assert cluster.terminate_backends("content") == 1
            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT 1")

    def test_a_replica_follows_and_takes_over(self):
        with running_cluster() as primary:
            primary.run("CREATE TABLE film (title text)")
            with running_replica(primary) as replica:
                primary.run("INSERT INTO film VALUES ('Her')")
                assert until(lambda: replica.run("SELECT title FROM film") == [("Her",)])
                with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
                    replica.run("DELETE FROM film")
                primary.kill()
                replica.promote()
                replica.run("DELETE FROM film")


class TestNamespace:
    def test_its_network_can_be_cut(self):
        with network_namespace() as namespace, running_cluster(namespace=namespace) as cluster:
            assert responds(cluster)
            namespace.cut()
            assert not responds(cluster)
            namespace.restore()
            assert until(lambda: responds(cluster))
