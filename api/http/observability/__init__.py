"""What an operator sees: request ids, the access log and metrics.

A middleware in front of all others observes every response, cached ones too.
"""
