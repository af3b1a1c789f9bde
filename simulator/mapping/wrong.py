"""Define the error for a value that a mapping can't use."""

from __future__ import annotations


class WrongValueError(ValueError):
    """A value is not of the form that the mapping says; the message says what it is and what it should be.

    It never repeats a value that would be hashed.
    """
