"""Deliver the client's events to the platform, in time or late, whole or faulty."""
