"""Writing over the API: bodies, preconditions, idempotency, and the changes themselves."""
