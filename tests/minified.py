"""``embed.js`` as it is served, made of its source: ``python -m tests.minified`` writes it down.

What is made is committed, so that whoever runs the service needs no minifier.
"""

import minify

from api.embeds.script import ORIGIN_PLACEHOLDER, STATIC, latest_file


def minified() -> str:
    """Return the script with its sheet in it, minified, still without an origin."""
    sheet = minify.string("text/css", (STATIC / "embed.css").read_text("utf-8"))
    source = (STATIC / "embed.js").read_text("utf-8")
    looks = sheet.replace(f'blockquote[cite^="{ORIGIN_PLACEHOLDER}/quotes/"]', "${quotes}")
    return minify.string("text/javascript", source.replace("LOOKS", looks))


if __name__ == "__main__":
    latest_file().write_text(minified(), "utf-8")
