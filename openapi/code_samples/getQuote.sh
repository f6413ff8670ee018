curl -s "https://subtext.example/v1/quotes/her-2013-a-wife-without-the-challenges?fields=text,speaker"
