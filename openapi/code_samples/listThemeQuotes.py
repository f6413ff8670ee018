from subtext_client import Subtext

with Subtext("https://subtext.example") as client:
    for quote in client.themes.quotes("loneliness", max_severity=0):
        print(quote.text)
