"""The client's side: its customer system, people's names, and the truth about who cheats."""
