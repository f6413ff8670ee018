"""The page that results are read on: Markdown, with plots as SVG."""
