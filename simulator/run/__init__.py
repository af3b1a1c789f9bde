"""One run of a simulated world: what it is, at which pace, what it was ordered, and the way through it."""
