from subtext_client import Subtext

with Subtext("https://subtext.example") as client:
    scene = client.scenes.get("her-2013-lunch-with-catherine", include="quotes")
    for quote in scene.quotes or []:
        print(quote.text)
