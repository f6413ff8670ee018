"""Pages for people: films, scenes, themes and search to wander through; home, Swagger UI, each problem."""
