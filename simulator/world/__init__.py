"""The simulated brand and its people: what they do becomes events."""
