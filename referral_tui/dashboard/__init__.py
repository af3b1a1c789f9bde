"""The Textual app: a reader thread makes snapshots, messages carry them, screens and widgets show them."""
