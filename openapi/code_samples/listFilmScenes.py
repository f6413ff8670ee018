from subtext_client import Subtext

with Subtext("https://subtext.example") as client:
    for scene in client.films.scenes("her-2013"):
        print(scene.position, scene.title)
