"""Recordings that something came in between: what was lost, what is still to be finished, and why it waits."""
