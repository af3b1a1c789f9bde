"""The door over HTTP: events in, receipts and what followed from them out."""
