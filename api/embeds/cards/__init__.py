"""Cards: images of a quote for link previews, as PNG and SVG."""
