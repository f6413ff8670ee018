"""One folder for each resource: its routes and its schemas."""
