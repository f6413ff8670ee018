from subtext_client import Subtext

with Subtext("https://subtext.example") as client:
    for scene in client.scenes.list(character="her-2013-samantha", presence="voice"):
        print(scene.title)
