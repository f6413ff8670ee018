curl -s "https://subtext.example/v1/commentary/her-2013-perfection-opposes-reality?include=quotes"
