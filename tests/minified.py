"""The minified build of ``embed.js``: ``python -m tests.minified`` writes it to its file.

The build is committed, so that running the service needs no minifier.
"""

import minify

from api.embeds.script import BASE_URL_PLACEHOLDER, STATIC, latest_file


def minified() -> str:
    """Return the minified script with its style sheet, and a placeholder for the origin."""
    sheet = minify.string("text/css", (STATIC / "embed.css").read_text("utf-8"))
    source = (STATIC / "embed.js").read_text("utf-8")
    css = sheet.replace(f'blockquote[cite^="{BASE_URL_PLACEHOLDER}/quotes/"]', "${quotes}")
    return minify.string("text/javascript", source.replace("LOOKS", css))


if __name__ == "__main__":
    latest_file().write_text(minified(), "utf-8")
