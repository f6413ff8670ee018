from subtext_client import Subtext

with Subtext("https://subtext.example") as client:
    claim = client.commentary.get("her-2013-perfection-opposes-reality", include="quotes")
    print(claim.text, [quote.text for quote in claim.quotes])
