"""Quotes in other people's pages."""
