"""The command ``subtext snapshot``, and the thread of a server that runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from threading import Event, Thread

import click

from api.core.config import Settings
from api.core.logging import get_logger

#: How much less than other processes the server's own makers of snapshots get of the CPU.
NICENESS = 10
log = get_logger("subtext.snapshots")


@click.command
def snapshot() -> None:
    """Make a snapshot of the public content in the folder SUBTEXT_SNAPSHOTS, if the content has changed.

    The newest two are kept, and those from before a purge are deleted. The service offers them for download
    at /v1/snapshots. A server makes them itself every SUBTEXT_SNAPSHOT_MINUTES; with 0, run this by a timer.
    """
    from api.exports.folder import ExportError
    from api.exports.snapshots import delete_outdated, make_snapshot
    from subtext_cli.console import progress
    from subtext_cli.database_errors import open_database, require_current_schema
    from subtext_cli.export import terminable
    from subtext_cli.file_errors import one_line_errors

    settings = Settings.from_environment()
    folder = settings.snapshots
    if folder is None:
        raise SystemExit("subtext: Name the folder of snapshots in SUBTEXT_SNAPSHOTS.")
    with (
        one_line_errors(folder, ExportError),
        terminable(),
        open_database(settings, may_be_read_only=True) as database,
    ):
        require_current_schema(database)
        with database.read_session() as session:
            for deleted in delete_outdated(session, folder):
                click.echo(f"Deleted {folder / str(deleted)}.")
        # A reader sees one state throughout, so each step has a session of its own.
        with database.read_session() as session, progress("Exporting", None) as step:
            made = make_snapshot(session, settings.base_url, folder, step)
        if made is None:
            click.echo("Nothing to do: the snapshot of this state exists, or another process makes it.")
            return
        with database.read_session() as session:
            # Somebody may have purged content meanwhile.
            if delete_outdated(session, folder):
                click.echo("Content was purged or restored meanwhile: run this again.", err=True)
                return
    click.echo(f"Wrote {folder / str(made)}.")


class SnapshotMaker:
    """Makes snapshots in a process of its own, every few minutes, as long as the server runs."""

    def __init__(self, minutes: int) -> None:
        """Take the pause between two runs."""
        self._seconds, self._stopped = minutes * 60, Event()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Run the command at once, and then after each pause."""
        Thread(target=self._run, daemon=True).start()

    def stop(self) -> None:
        """End a run, which leaves nothing behind."""
        self._stopped.set()
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._make()
            self._stopped.wait(self._seconds)

    def _make(self) -> None:
        command = [sys.executable, "-P", "-m", "subtext_cli.snapshot"]
        self._process = subprocess.Popen(  # noqa: S603 (our own command)
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=os.environ
        )
        _, message = self._process.communicate()
        if self._process.returncode and not self._stopped.is_set():
            log.error("no snapshot", reason=message.decode(errors="replace").strip()[-500:])


def start_maker(settings: Settings) -> SnapshotMaker | None:
    """Start making snapshots, if the settings say so."""
    if settings.snapshots is None or settings.snapshot_minutes == 0:
        return None
    maker = SnapshotMaker(settings.snapshot_minutes)
    maker.start()
    return maker


if __name__ == "__main__":
    # In a server, whose process blocks the signals that end this one.
    import signal

    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})
    # The service manager may not allow it.
    with suppress(OSError):
        os.nice(NICENESS)
    snapshot()
