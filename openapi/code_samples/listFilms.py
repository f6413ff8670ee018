from subtext_client import Subtext

with Subtext("https://subtext.example") as client:
    for film in client.films.list(sort="-release_year"):
        print(film.title, film.release_year)
