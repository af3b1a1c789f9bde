"""Compare the simulated brands with published figures: measures over a run's log, and their confidence bounds."""
