"""Read the database for people: small typed results, every query bounded."""
