curl -s "https://subtext.example/v1/quotes?theme=loneliness&limit=5"
