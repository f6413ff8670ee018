from subtext_client import Subtext

with Subtext("https://subtext.example") as client:
    meta = client.meta()
    print(meta.release, meta.content.counts.quotes, "quotes")
