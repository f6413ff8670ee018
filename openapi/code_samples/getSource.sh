curl -s "https://subtext.example/v1/sources/her-perfection-is-the-enemy-of-real?format=bibtex"
