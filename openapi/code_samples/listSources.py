from subtext_client import Subtext

with Subtext("https://subtext.example") as client:
    for source in client.sources.list(kind="essay"):
        print(source.label, source.url)
