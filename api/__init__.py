"""Subtext's HTTP API: films, scenes, quotes, themes, characters and commentary as JSON resources.

``api/resources`` has a folder for each resource (``routes.py``, ``schemas.py``); all other folders are shared
by the resources.
"""
