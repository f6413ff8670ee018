curl -s "https://subtext.example/v1/films?sort=-release_year"
