"""Collect what the engine's outcomes mean to the simulated people and their operator, from its rows."""
