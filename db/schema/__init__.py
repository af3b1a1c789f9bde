"""Define the tables once, and create and open databases with them."""
