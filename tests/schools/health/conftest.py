from tests.support.lesson_fixtures import (
    api,
    county,
    database,
    database_url,
    postgres_server,
    sqlite_template,
)

__all__ = ["api", "county", "database", "database_url", "postgres_server", "sqlite_template"]
