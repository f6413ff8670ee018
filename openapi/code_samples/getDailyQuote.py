from subtext_client import Subtext

with Subtext("https://subtext.example") as client:
    quote = client.quotes.daily(tz="Europe/Berlin")
    print(quote.text)
