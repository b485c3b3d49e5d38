"""Whether this server will go on: room for recordings, certificates, clocks. Knows tables and files, and no rooms."""
