"""Load: traffic at a rate, or as fast as it goes, into the engine with or without a database, and honest figures."""
