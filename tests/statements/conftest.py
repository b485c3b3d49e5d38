from tests.support.database import sqlite_template

__all__ = ["sqlite_template"]
