"""The client's side: its customer system, its names, and the truth about cheats."""
