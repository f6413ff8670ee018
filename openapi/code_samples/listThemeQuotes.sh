curl -s "https://subtext.example/v1/themes/loneliness/quotes?max_severity=0"
