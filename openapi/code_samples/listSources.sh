curl -s "https://subtext.example/v1/sources?kind=essay"
