"""The desk at ``/edit``: pages on which editors write. Writes and their rules are the API's own (ADR 43)."""
