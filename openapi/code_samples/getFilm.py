from subtext_client import Subtext

with Subtext("https://subtext.example") as client:
    film = client.films.get("her-2013")
    print(film.title, film.synopsis)
