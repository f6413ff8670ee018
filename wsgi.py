"""The WSGI entry point for any server: ``granian --interface wsgi wsgi:app``."""

import gc

# Modules stay loaded, so collecting garbage while they load only costs time (a third of the start).
# `gc.freeze()` keeps later collections from scanning them.
gc.disable()

from api.app import create_app  # noqa: E402
from api.core import logging as logs  # noqa: E402

logs.configure_server()
app = create_app()
gc.freeze()
gc.enable()
