"""Measurements of referral-tui, as ratios from one run on one machine. Run `python -m benchmarks`."""
