"""Copies of another service's content: imports of its exports, and mirrors that follow its change feed.

Both write items from the public history: the records of their revisions, as the API serves them.
"""
