"""Write a page to share: one HTML file that needs nothing else, with charts drawn here and a table for each."""
