"""What people read: small typed results, every query bounded."""
