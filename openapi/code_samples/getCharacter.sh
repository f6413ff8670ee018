curl -s "https://subtext.example/v1/characters/her-2013-samantha"
