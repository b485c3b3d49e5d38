"""What the law on personal data asks for: how long data is kept, who looked at it, what there is, and its erasure."""
