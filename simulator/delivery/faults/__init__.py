"""What goes wrong on the way, a family of faults a file."""
