from subtext_client import Subtext

with Subtext("https://subtext.example") as client:
    for quote in client.quotes.list(theme="loneliness"):
        print(quote.text)
