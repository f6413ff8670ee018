curl -s "https://subtext.example/v1/commentary?kind=thesis"
