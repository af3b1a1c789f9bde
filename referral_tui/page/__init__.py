"""A page to send: one HTML file that needs nothing else, with charts drawn here and a table for each."""
