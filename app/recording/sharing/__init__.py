"""Recordings for others: the county's library, share links, clips, retention."""
