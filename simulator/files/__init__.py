"""Files of events and of outcomes: read and written."""
