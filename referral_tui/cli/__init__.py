"""The commands, one small file each; heavy imports are inside the command functions."""
