"""Collect, from the engine's rows, what matters to the simulated people and their operator."""
