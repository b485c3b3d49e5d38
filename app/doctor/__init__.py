"""What keeps this machine from serving, and what to do about it, in words."""
