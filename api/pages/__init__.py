"""Pages for people: home, Swagger UI, and the explanation of each problem."""
