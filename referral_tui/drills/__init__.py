"""A person's drills: the order of cases, what was answered, and what comes back when. Plain Python.

session.py   one sitting: which cause comes next, how much help, what comes back
progress.py  the answers of each person, as files in the user's data folder
report.py    a table by person and cause
making.py    the process that makes cases; it alone loads the simulator
"""
