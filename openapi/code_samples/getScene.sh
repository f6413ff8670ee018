curl -s "https://subtext.example/v1/scenes/her-2013-lunch-with-catherine?include=quotes"
