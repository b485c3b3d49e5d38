"""One file with everything a server knows, and a new server from it: `python -m app backup` and `restore`."""
