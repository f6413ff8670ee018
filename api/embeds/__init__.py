"""Quotes in other people's pages: what is shown of one there, and every form in which it travels."""
