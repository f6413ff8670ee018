"""Waiting for PostgreSQL: how long a connection waits, and the circuit breaker that keeps others from waiting."""

import socket
import threading
import time
from contextlib import closing

import psycopg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import OperationalError

from models import QueryTimeout, Unavailable
from models.circuit_breaker import CircuitBreaker
from models.database import Database, ReadSession, as_unavailable
from models.deadline import deadline
from models.postgresql.connection import Connector
from tests.waiting import until

SLEEP = "SELECT pg_sleep(30)"


@pytest.fixture
def silent_port():
    """A port where connections are accepted and nothing is ever sent, as by a server that hangs."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def url(postgresql_engine):
    with postgresql_engine.fresh() as url:
        yield url


@pytest.fixture
def database(url):
    with closing(Database(url, statement_seconds=60)) as database:
        yield database


class Outages(list):
    """The changes of a circuit."""

    def __init__(self, circuit):
        super().__init__()
        circuit.listeners.append(self.append)


class TestReply:
    def test_a_missing_reply_opens_the_circuit_until_the_server_responds(self, database, monkeypatch):
        outages = Outages(database.circuit)
        with database.engine.connect() as connection:
            connection.connection.driver_connection.max_wait_seconds = 0.05
            with pytest.raises(OperationalError, match="no reply") as caught:
                connection.execute(text(SLEEP))
        assert isinstance(as_unavailable(caught.value), Unavailable)
        assert not isinstance(as_unavailable(caught.value), QueryTimeout)
        assert until(lambda: outages == [True, False])
        with database.read_session() as session:
            assert session.scalar(text("SELECT 1")) == 1

    def test_the_deadline_of_a_request_ends_a_statement_and_leaves_the_circuit_closed(self, database):
        outages = Outages(database.circuit)
        with (
            database.read_session() as session,
            deadline(time.monotonic() + 0.3),
            pytest.raises(OperationalError) as caught,
        ):
            session.execute(text(SLEEP))
        assert isinstance(as_unavailable(caught.value), QueryTimeout)
        assert outages == []

    def test_after_the_deadline_a_session_can_still_be_closed(self, database):
        session = ReadSession(database.connect_reader)
        pid = session.scalar(text("SELECT pg_backend_pid()"))
        with deadline(time.monotonic() - 1):
            session.close()
        with database.read_session() as session:
            assert session.scalar(text("SELECT pg_backend_pid()")) == pid

    def test_without_a_statement_timeout_a_reply_may_take_any_time(self, url):
        with closing(Database(url)) as unlimited, unlimited.engine.connect() as connection:
            assert getattr(connection.connection.driver_connection, "max_wait_seconds", None) is None


class TestCircuit:
    @pytest.fixture
    def unreachable(self, database):
        """A database whose circuit is open, and stays so."""
        database.engine.connect().close()
        database.circuit._probe = lambda: 1 / 0
        database.circuit.open()
        return database

    def test_nothing_waits_while_it_is_open(self, unreachable):
        with (
            unreachable.read_session() as session,
            pytest.raises(OperationalError, match="did not respond lately"),
        ):
            session.execute(text(SLEEP))

    def test_a_session_from_before_fails_at_once_and_can_be_closed(self, database):
        with database.read_session() as session:
            session.execute(text("SELECT 1"))
            database.circuit._probe = lambda: 1 / 0
            database.circuit.open()
            with pytest.raises(OperationalError):
                session.execute(text(SLEEP))

    def test_one_thread_tests_the_server(self):
        probes, go = [], threading.Event()

        def probe():
            probes.append(threading.current_thread())
            if not go.is_set():
                raise psycopg.OperationalError

        with closing(CircuitBreaker(probe)) as circuit:
            threads = [threading.Thread(target=circuit.open) for _ in range(20)]
            for thread in threads:
                thread.start()
            assert until(lambda: len(probes) > 1)
            assert circuit.rejects
            go.set()
            assert until(lambda: not circuit.rejects)
        assert len(set(probes)) == 1

    def test_it_can_open_again(self):
        with closing(CircuitBreaker(lambda: None)) as circuit:
            outages = Outages(circuit)
            for count in (2, 4):
                circuit.open()
                assert until(lambda count=count: len(outages) == count)
            assert outages == [True, False, True, False]

    def test_closing_the_database_ends_the_thread(self, unreachable):
        thread = unreachable.circuit._thread
        unreachable.close()
        assert not thread.is_alive()


class TestConnect:
    @pytest.fixture(autouse=True)
    def impatient(self, monkeypatch):
        monkeypatch.setattr("models.postgresql.connection.CONNECT_SECONDS", 0.2)

    def connector(self):
        circuit = CircuitBreaker(lambda: 1 / 0)
        return Connector(circuit, 1.5), circuit

    def test_a_server_that_does_not_answer_opens_the_circuit(self, silent_port):
        connector, circuit = self.connector()
        with closing(circuit), pytest.raises(psycopg.OperationalError):
            connector.connect(host="127.0.0.1", port=silent_port)
        assert circuit.is_open

    def test_a_database_that_cannot_be_reached_is_unavailable(self, silent_port):
        url = f"postgresql://postgres@127.0.0.1:{silent_port}/x"
        with closing(Database(url, statement_seconds=1)) as database:
            for _ in range(2):
                with pytest.raises(OperationalError) as caught, database.read_session() as session:
                    session.connection()
                assert isinstance(as_unavailable(caught.value), Unavailable)
            assert database.is_unreachable

    def test_each_host_has_its_time_and_the_one_that_answered_is_first_the_next_time(self, url, silent_port):
        server = make_url(url)
        connector, circuit = self.connector()
        hosts = {
            "host": f"127.0.0.1,{server.host}",
            "port": f"{silent_port},{server.port}",
            "user": server.username,
            "password": server.password,
            "dbname": server.database,
        }
        with closing(circuit):
            connector.connect(**hosts).close()
            assert connector._order_hosts(hosts)["port"] == f"{server.port},{silent_port}"
            assert not circuit.is_open

    def test_the_deadline_of_a_request_limits_connecting_and_proves_nothing(self, silent_port, monkeypatch):
        monkeypatch.setattr("models.postgresql.connection.CONNECT_SECONDS", 60)
        url = f"postgresql://postgres@127.0.0.1:{silent_port}/x"
        with (
            closing(Database(url, statement_seconds=1)) as database,
            deadline(time.monotonic() + 0.2),
            pytest.raises(OperationalError),
            database.read_session() as session,
        ):
            session.connection()
        assert not database.is_unreachable
