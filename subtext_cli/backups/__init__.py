"""Backups of the database, verified when they are made and before they are restored (ADR 0032)."""
