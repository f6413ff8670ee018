"""Embeds: quotes on other sites."""
