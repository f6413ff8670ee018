from subtext_client import Subtext

with Subtext("https://subtext.example") as client:
    for quote in client.quotes.random(count=3, theme="loneliness"):
        print(quote.text)
