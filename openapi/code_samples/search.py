from subtext_client import Subtext

with Subtext("https://subtext.example") as client:
    for hit in client.search(q="love", type=["quote", "scene"]):
        print(hit.type_, hit.label)
