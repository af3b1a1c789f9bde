"""How near the simulated brands come to published figures: measures over a run's log, and their bounds."""
