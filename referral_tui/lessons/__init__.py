"""Read and run lessons and talks: steps in a text file, checked against the dashboard's state; no screens here."""
