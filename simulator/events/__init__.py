"""The event contract, for both sides of the wire."""
