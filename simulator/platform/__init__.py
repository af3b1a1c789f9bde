"""The platform side: intake, the record it keeps of each message, and the engine and store behind it."""
