"""What a run measures of itself while it goes: tally, latencies, figures so far, beats."""
