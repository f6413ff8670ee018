"""The console script ``subtext``. It imports the commands late, so that Ctrl-C never shows a traceback."""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import Any

#: The exit status of a shell command that Ctrl-C ends: 128 and the number of SIGINT.
INTERRUPTED = 130
#: The seconds after which a lost interrupt is repeated.
REPEAT_SECONDS = 0.01


def main() -> None:
    """Run the command line. Ctrl-C ends it without a message, even while modules are being imported."""
    try:
        sys.unraisablehook = _repeat_interrupt
        handler = signal.getsignal(signal.SIGINT)
        if handler is signal.default_int_handler:
            # Nothing has begun, so the signal may end the process. As an exception it could be raised while a
            # class is created, which Python reports as an error of that class.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
        from subtext_cli.commands import main as run

        signal.signal(signal.SIGINT, handler)
        run()
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None


def _repeat_interrupt(unraisable: Any) -> None:
    """Interrupt again where Python would only print a traceback: in callbacks of weak references.

    Imports run such callbacks. The repetition comes from a thread, since here it would be lost again.
    """
    if unraisable.exc_type is KeyboardInterrupt:
        threading.Timer(REPEAT_SECONDS, os.kill, (os.getpid(), signal.SIGINT)).start()
    else:
        sys.__unraisablehook__(unraisable)
