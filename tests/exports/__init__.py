"""Tests of ``api/exports`` and of the commands that write exports."""
