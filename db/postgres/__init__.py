"""Keep a platform's rows in Postgres: one engine writes them under a lease, anybody follows them in a local copy."""
