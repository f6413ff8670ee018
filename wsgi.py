"""The WSGI entry for any server: ``granian --interface wsgi wsgi:app``."""

from api import logs
from api.app import create_app

logs.configure()
app = create_app()
