curl -s "https://subtext.example/v1/meta"
