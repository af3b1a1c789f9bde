"""Load-test the engine, with or without a database: traffic at a rate or as fast as it goes, and honest figures."""
