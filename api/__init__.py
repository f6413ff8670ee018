"""Subtext over HTTP: films, scenes, quotes, themes, characters and commentary as JSON resources.

A folder here is a resource (``routes.py``, ``schemas.py``); a file here is shared by all of them.
"""
