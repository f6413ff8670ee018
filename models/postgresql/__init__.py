"""What imports psycopg, PostgreSQL's driver: with SQLite, no process loads these modules."""
