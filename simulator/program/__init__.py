"""A program design: from a file to a frozen Program, its rules and its words."""
