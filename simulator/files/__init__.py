"""Files of events and of outcomes: read in at the door, and written out."""
