"""Rate limits of the API, which the operator can set."""
