"""Text for display: escaping, direction, line breaking, measuring and typefaces."""
