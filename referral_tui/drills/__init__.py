"""Keep a person's drills: the order of cases, their answers, and what comes back when. Plain Python.

session.py   one session: which cause comes next, how much help, what comes back
progress.py  the answers of each person, as files in the user's data folder
report.py    a table by person and cause
making.py     the process that generates cases; it alone loads the simulator
"""
