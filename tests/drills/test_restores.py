"""A restore, seen from outside: what mirrors, caches and editors have of a state that is lost."""

import re
import time

import pytest

from subtext_cli.backups.commands import restore
from tests.deploy.origins import request
from tests.deploy.proxies import nginx
from tests.seeds.replication.edits import QUOTE, must
from tests.seeds.replication.mirroring import assert_equal, mirror, origin
from tests.test_backups import make, run

pytestmark = pytest.mark.drill


@pytest.fixture
def copy(engine):
    """The URL of an empty database."""
    with engine.fresh() as url:
        yield url


def test_what_is_known_of_a_lost_state_is_replaced(engine, copy, tmp_path):
    with origin(engine, tmp_path) as (service, editor), nginx(tmp_path, service.rpartition(":")[2]) as proxy:
        url = editor.database.url.render_as_string(hide_password=False)
        backup = make(url, tmp_path / "backups")
        must(editor.patch(QUOTE, {"label": "A lost label"}))
        tag = editor.tag(QUOTE)
        position = editor.get("/v1/changes?limit=1000").get_json()["page"]["resume"]
        mirror(copy, service)
        assert b"A lost label" in request(proxy.url, QUOTE)[2]
        begun = time.monotonic()
        status, output = run(restore, backup, "--force", url=url)
        assert status == 0, output

        # Editors: a tag of the lost revision never matches again.
        refused = editor.patch(QUOTE, {"label": "Another label"}, tag=tag)
        assert (refused.status_code, refused.get_json()["code"]) == (412, "precondition-failed")
        # Clients that have the lost response, and those that ask for its revision.
        status, headers, body = request(service, QUOTE, headers=[("If-None-Match", tag)])
        assert (status, b"A lost label" in body) == (200, False)
        # Followers: the position is of another epoch, and the response says where to begin again.
        gone = editor.get(f"/v1/changes?after={position}")
        assert (gone.status_code, gone.get_json()["code"]) == (410, "resync-required")
        assert gone.get_json()["snapshots"].endswith("/v1/snapshots")
        # Mirrors begin again by themselves.
        assert "was restored" in mirror(copy, service)
        assert_equal(editor.database, copy, tmp_path)
        # Caches have what is lost as long as they were told to keep it.
        lifetimes = re.findall(r"(?:max-age|stale-while-revalidate)=(\d+)", headers["Cache-Control"])
        while b"A lost label" in request(proxy.url, QUOTE)[2]:
            assert time.monotonic() - begun < sum(map(int, lifetimes)) + 5
            time.sleep(1)
