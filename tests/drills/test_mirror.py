"""A mirror that is killed fifty times while its service is edited: equal to it in the end."""

import random
import signal
import threading
import time

import pytest

from tests.purging import run_purge
from tests.seeds.replication.edits import CREATE, theme
from tests.seeds.replication.mirroring import assert_equal, mirror, mirror_process, origin

pytestmark = pytest.mark.drill

KILLS, SEED = 50, 20261201


class RandomEditor(threading.Thread):
    """Makes random changes until it is told to stop: creations, edits, renames, deletions, purges, restores."""

    def __init__(self, editor):
        super().__init__(daemon=True)
        self.editor, self.random, self.is_stopped = editor, random.Random(SEED), threading.Event()
        self.public, self.deleted, self.counts = [], [], {}

    def run(self):
        number = 0
        while not self.is_stopped.wait(0.05):
            number += 1
            name = self.random.choice(["create", "create", "update", "rename", "delete", "purge", "restore"])
            response = getattr(self, name)(number)
            if response is not None and response.status_code < 300:
                self.counts[name] = self.counts.get(name, 0) + 1

    def create(self, number):
        slug = f"topic-{number}"
        self.public.append(slug)
        return self.editor.put(f"/v1/themes/{slug}", theme(f"Topic {number}"), headers=CREATE)

    def update(self, number):
        if self.public:
            path = f"/v1/themes/{self.random.choice(self.public)}"
            return self.editor.patch(path, {"label": f"Label {number}"}, tag="*")
        return None

    def rename(self, number):
        if self.public:
            index = self.random.randrange(len(self.public))
            old, self.public[index] = self.public[index], f"renamed-{number}"
            return self.editor.rename(f"/v1/themes/{old}", self.public[index], tag="*")
        return None

    def delete(self, number):
        if self.public:
            self.deleted.append(self.public.pop(self.random.randrange(len(self.public))))
            return self.editor.delete(f"/v1/themes/{self.deleted[-1]}", tag="*")
        return None

    def restore(self, number):
        if self.deleted:
            slug = self.deleted.pop(self.random.randrange(len(self.deleted)))
            self.public.append(slug)
            history = self.editor.get(f"/v1/themes/{slug}/revisions?limit=2").get_json()["data"]
            path = f"/v1/themes/{slug}/revisions/{history[1]['pin']}/restore"
            return self.editor.send("POST", path, tag="*")
        return None

    def purge(self, number):
        if self.deleted and self.random.random() < 0.3:
            slug = self.deleted.pop(self.random.randrange(len(self.deleted)))
            run_purge(self.editor.database, "theme", slug)
            self.counts["purge"] = self.counts.get("purge", 0) + 1


def test_it_is_equal_after_fifty_kills(engine, tmp_path):
    chance = random.Random(SEED)
    with origin(engine, tmp_path) as (service, editor), engine.fresh() as copy:
        # The first run is one transaction, which would never end.
        mirror(copy, service)
        writer = RandomEditor(editor)
        writer.start()
        killed = 0
        while killed < KILLS:
            process = mirror_process(copy, service)
            time.sleep(chance.uniform(0.5, 4))
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                killed += 1
            output, _ = process.communicate()
            assert "Traceback" not in output, output
        writer.is_stopped.set()
        writer.join()
        mirror(copy, service)
        assert_equal(editor.database, copy, tmp_path)
    print(f"killed {killed} times, changes made: {writer.counts}")
    assert all(
        writer.counts.get(name) for name in ("create", "update", "rename", "delete", "purge", "restore")
    )
