"""Rate limits under ``/v1``, where an operator sets them."""
