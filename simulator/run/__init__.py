"""Run a simulated world: the run's plan, pace, commands, databases and main loop."""
