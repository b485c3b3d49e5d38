"""Databases."""

from tests.support.database import empty_url, postgres_server

__all__ = ["empty_url", "postgres_server"]
