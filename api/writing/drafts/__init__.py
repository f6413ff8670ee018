"""Drafts: saved, previewed and published, alone or together as a release."""
