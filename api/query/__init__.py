"""From validated arguments to rows: statements, pages, projections and random selection."""
