"""The console script ``subtext``. It imports the commands late, so that Ctrl-C never shows a traceback."""

from __future__ import annotations

#: The exit status of a shell command that Ctrl-C ends: 128 and the number of SIGINT.
INTERRUPTED = 130


def main() -> None:
    """Run the command line. Ctrl-C ends it without a message, even while modules are being imported."""
    try:
        from subtext_cli.commands import main as run

        run()
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None
