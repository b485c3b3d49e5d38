"""What staff and on-site teachers write to each other in a lesson: kept where it can be erased, and not for long."""
