"""Comparing: what is asked of which server, in turns, and the ratios that come of it."""
