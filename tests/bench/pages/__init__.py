"""What each page asks of the server, and how long the answers take over a whole county: `make bench-data`."""
