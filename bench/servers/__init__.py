"""Servers that are compared, and how they run."""
