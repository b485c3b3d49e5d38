"""What is kept of a random secret: enough to know it again, of no use to who reads the table."""

import hashlib


def digest(secret: str) -> str:
    """SHA-256 as hex. For long random secrets only: what people choose is hashed by `accounts.passwords`."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
