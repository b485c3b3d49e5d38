"""A database that knows what it was asked."""

from typing import Any

from sqlalchemy import event

from app.db.engine import Database


class CountedDatabase(Database):
    """`statements` are those since they were cleared."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.statements: list[str] = []
        event.listen(self.engine.sync_engine, "before_cursor_execute", self._note)

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self.statements.append(statement)
