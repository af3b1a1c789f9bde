"""Map other systems' records to our events, each mapping defined by a TOML file."""
