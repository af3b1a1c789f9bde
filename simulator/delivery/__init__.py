"""Deliver the client's events to the platform: on time or late, intact or faulty."""
