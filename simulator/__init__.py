"""The work: events, programs, the engine, the world and its delivery; no screen and no terminal."""
