"""Serve the platform over HTTP: accept events, and answer with receipts and what follows from them."""
