from subtext_client import Subtext

with Subtext("https://subtext.example") as client:
    for claim in client.commentary.list(kind="thesis"):
        print(claim.text)
