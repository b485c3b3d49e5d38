"""Who works in the county: people with roles, and the one-time links by which they choose a password."""
