from subtext_client import Subtext

with Subtext("https://subtext.example") as client:
    print(client.sources.get_as("her-perfection-is-the-enemy-of-real", format="bibtex"))
