"""Write the data sheet of a program: what data is passed, how often, what uses it, and who owns it."""
