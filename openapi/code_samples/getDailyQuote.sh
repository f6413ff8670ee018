curl -s "https://subtext.example/v1/quotes/daily?tz=Europe/Berlin"
