"""Read a program file into a frozen `Program`, compile its rules, and describe it in words."""
