from subtext_client import Subtext

with Subtext("https://subtext.example") as client:
    character = client.characters.get("her-2013-samantha")
    print(character.label, character.description)
