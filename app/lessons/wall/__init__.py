"""The live wall: which lessons run now, who is in, and what is wrong, for admins."""
