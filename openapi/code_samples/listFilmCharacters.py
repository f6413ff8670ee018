from subtext_client import Subtext

with Subtext("https://subtext.example") as client:
    for character in client.films.characters("her-2013"):
        print(character.label)
