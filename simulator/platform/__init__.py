"""The platform's side: the one door, what it keeps of each message, the engine and the store behind it."""
