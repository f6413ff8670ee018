curl -s "https://subtext.example/v1/themes?limit=100"
