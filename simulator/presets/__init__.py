"""The presets: a folder for each industry, with a program, a world and the sources of their numbers."""
