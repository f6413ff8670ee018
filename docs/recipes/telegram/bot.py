"""A Telegram bot: /quote loneliness replies with a quote, its credit and a link to its page."""

import logging
import os
import re
from html import escape

import httpx
from telegram import LinkPreviewOptions, Update
from telegram.constants import ParseMode
from telegram.ext import Application, CommandHandler, ContextTypes

SERVICE = os.environ.get("SUBTEXT_URL", "https://subtext.example")
#: 0 excludes quotes with a content note. Above, the bot hides their words until a reader taps on them.
MAX_SEVERITY = os.environ.get("MAX_SEVERITY", "0")
MAX_WORDS = 100
TIMEOUT_SECONDS = 5


async def find(words: str) -> dict | None:
    """Return a random quote about a theme, or else one with these words, or None if there is none."""
    words = words[:MAX_WORDS]
    theme = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
    queries = [{"theme": theme}] if theme else []
    queries.append({"q": words} if words else {})
    async with httpx.AsyncClient(base_url=SERVICE, timeout=TIMEOUT_SECONDS) as client:
        for query in queries:
            response = await client.get("/v1/quotes/random", params=query | {"max_severity": MAX_SEVERITY})
            # 422: the words are none that can be searched for.
            if response.status_code != httpx.codes.UNPROCESSABLE_ENTITY:
                response.raise_for_status()
                for quote in response.json()["data"]:
                    return quote
    return None


def render(quote: dict) -> str:
    """Return a quote as HTML for Telegram, hidden below its content note if it has one."""
    text = escape(f"{'…' * quote['omitted_before']}{quote['text']}{'…' * quote['omitted_after']}")
    if quote["advisories"]:
        notes = ", ".join(advisory["label"] for advisory in quote["advisories"])
        text = f"<b>Content note: {escape(notes)}</b>\n<tg-spoiler>{text}</tg-spoiler>"
    else:
        text = f"<blockquote>{text}</blockquote>"
    # A character, or the critic whom the source quotes.
    name = quote["speaker"]["label"] if quote["speaker"] else quote["attributed_to"]
    speaker = f"{escape(name)}, " if name else ""
    film = f'<a href="{escape(quote["html_url"])}">{escape(quote["film"]["label"])}</a>'
    source = "".join(f", as quoted in “{escape(one['source']['label'])}”" for one in quote["citations"][:1])
    return f"{text}\n— {speaker}{'on ' if quote['voice'] == 'essay' else ''}{film}{source}"


async def reply(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Reply to /quote."""
    words = " ".join(context.args or [])
    try:
        quote = await find(words)
        text = render(quote) if quote else f"There is no quote about “{escape(words)}”."
    except httpx.HTTPError:
        logging.exception("The service failed.")
        text = "Quotes are not available at the moment."
    # A preview would repeat the words.
    options = LinkPreviewOptions(is_disabled=True)
    await update.effective_message.reply_text(text, parse_mode=ParseMode.HTML, link_preview_options=options)


def main() -> None:
    """Run the bot until it is stopped."""
    builder = Application.builder().token(os.environ["TELEGRAM_TOKEN"])
    if "TELEGRAM_API" in os.environ:
        builder = builder.base_url(os.environ["TELEGRAM_API"])
    application = builder.build()
    application.add_handler(CommandHandler("quote", reply))
    application.run_polling()


if __name__ == "__main__":
    main()
