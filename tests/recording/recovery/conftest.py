from tests.support.database import (  # noqa: F401 - fixtures
    database,
    database_url,
    postgres_server,
    sqlite_template,
)
