curl -s "https://subtext.example/v1/films/her-2013/characters"
