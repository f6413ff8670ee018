curl -s "https://subtext.example/v1/search?q=love&type=quote,scene&limit=5"
