"""The commands, one small file each; heavy imports stand inside the command."""
