from subtext_client import Subtext

with Subtext("https://subtext.example") as client:
    quote = client.quotes.get("her-2013-a-wife-without-the-challenges", fields=["text", "speaker"])
    print(quote.text, quote.speaker.label if quote.speaker else "")
