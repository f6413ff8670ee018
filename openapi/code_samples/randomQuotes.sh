curl -s "https://subtext.example/v1/quotes/random?count=3&theme=loneliness"
