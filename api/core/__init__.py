"""What everything stands on: settings, versions, the resource registry, logging and the request context."""
