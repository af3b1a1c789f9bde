"""How the client's events travel to the platform."""
