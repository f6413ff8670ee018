"""Drafts: what a stranger learns from the time of a refusal."""

from contextlib import closing
from statistics import median

import pytest

from api.app import create_app
from api.core.config import Settings
from models.database import Database
from tests.api.writing.conftest import Editor, add_key
from tests.drills.probes import priority
from tests.drills.test_keys import MAX_DIFFERENCE, SAMPLES, seconds_of

pytestmark = pytest.mark.drill

THEME = {"name": "Patience", "definition": "Waiting without complaint."}
#: The id of a draft, and one of the same length that nothing has.
HIDDEN, RANDOM = "patience", "penitent"


@pytest.fixture(autouse=True)
def priority_over_other_programs():
    with priority():
        yield


def test_a_draft_takes_a_stranger_as_long_as_a_random_id(engine):
    """Both as an item, which no key makes visible, and as a draft, with a key that may not read it."""
    with engine.fresh("pack") as url, closing(Database(url)) as database:
        app = create_app(Settings(database_url=url, access_log="off", statement_seconds=60, cache_bytes=0))
        editor = Editor(app, database, add_key(database))
        draft = editor.put(f"/v1/themes/{HIDDEN}/draft", THEME, headers={"If-None-Match": "*"})
        assert draft.status_code == 201
        stranger = {"Authorization": f"Bearer {add_key(database, 'write:quotes', name='stranger')}"}
        client = app.test_client()
        for form, headers in (
            ("/v1/themes/{}", {}),
            ("/v1/themes/{}/draft", {}),
            ("/v1/themes/{}/draft", stranger),
        ):
            times = {HIDDEN: [], RANDOM: []}
            for sample in range(SAMPLES + 200):
                for slug in (HIDDEN, RANDOM) if sample % 2 else (RANDOM, HIDDEN):
                    path = form.format(slug)
                    times[slug].append(
                        seconds_of(lambda path=path, headers=headers: client.get(path, headers=headers))
                    )
            hidden, random = (median(each[200:]) for each in times.values())
            print(
                f"{engine.name}: {form}{' with a key' if headers else ''}: draft {hidden * 1e6:.0f} µs,"
                f" random id {random * 1e6:.0f} µs"
            )
            assert abs(hidden - random) < MAX_DIFFERENCE * max(hidden, random)
        app.extensions["database"].close()
