"""Keep a platform's rows in Postgres: one engine writes them under a lease, anybody can follow in a local copy."""
