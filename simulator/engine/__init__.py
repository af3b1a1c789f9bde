"""The referral engine: a deterministic fold of the event log, in columns."""
