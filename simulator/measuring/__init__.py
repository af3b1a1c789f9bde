"""Measure a run while it goes: tallies, latencies, figures so far and heartbeats."""
