"""The change feed: what has changed since a position, for those who keep a copy of the content."""
