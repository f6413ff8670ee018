"""Subtext's HTTP API: films, scenes, quotes, themes, characters and commentary as JSON resources.

``api/resources`` has a package for each resource (``routes.py``, ``schemas.py``), or one module if it is
small; all other packages are shared by the resources.
"""
