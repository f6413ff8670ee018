"""The WSGI entry for any server: ``granian --interface wsgi wsgi:app``."""

from api.app import create_app

app = create_app()
