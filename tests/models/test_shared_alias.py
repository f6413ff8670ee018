"""Aliases that threads share: whichever thread is the first, each finds all columns."""

import sys
import threading

import pytest
from sqlalchemy import inspect

from models import Quote
from models.shared_alias import shared_alias

THREADS, ROUNDS = 4, 100
COLUMNS = [attribute.key for attribute in inspect(Quote).column_attrs]


@pytest.fixture
def frequent_switches():
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def test_threads_that_use_an_alias_at_the_same_time_get_its_columns(frequent_switches):
    aliases = [shared_alias(Quote, f"alias_{number}") for number in range(ROUNDS)]
    barrier, tables = threading.Barrier(THREADS), set()

    def look_up(first):
        for alias in aliases:
            barrier.wait(10)
            for name in COLUMNS[first:] + COLUMNS[:first]:
                tables.add(getattr(alias, name).__clause_element__().table.name)

    threads = [threading.Thread(target=look_up, args=(number * 4,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tables == {f"alias_{number}" for number in range(ROUNDS)}
