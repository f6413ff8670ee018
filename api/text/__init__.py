"""Prepare text for display: escaping, bidirectional order, line breaking, layout and typefaces."""
