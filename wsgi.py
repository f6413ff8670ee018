"""The WSGI entry for any server: ``granian --interface wsgi wsgi:app``."""

import gc

# What is loaded here stays. To look it through for garbage, again and again while it is loaded, takes a third
# of a start; and each collection later would look through it once more.
gc.disable()

from api.app import create_app  # noqa: E402
from api.core import logging as logs  # noqa: E402

logs.configure()
app = create_app()
gc.freeze()
gc.enable()
