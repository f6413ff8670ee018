"""Embeds: a quote on other websites, as an iframe, an oEmbed response, an HTML snippet or a card image."""
