"""A way in for who cannot be let in by anybody: from the server's own terminal."""

from sqlalchemy import select

from app.accounts.login import normalise_login
from app.accounts.passwords import Passwords
from app.accounts.sessions import load_caller
from app.db.engine import Database
from app.db.models import Login
from app.errors import NotFound
from app.ids import UserId
from app.scope import Scope
from app.settings import Settings
from app.staff.invitations import Invitations


async def invite(settings: Settings, login: str, now_ms: int) -> str:
    """The token of a fresh link for the account behind a login. NotFound, DatabaseUnreachable."""
    database = Database(settings.resolved_database_url)
    try:
        await database.check_reachable()
        async with database.reading() as session:
            user_id = await session.scalar(
                select(Login.user_id).where(Login.login == normalise_login(login))
            )
            caller = None if user_id is None else await load_caller(session, UserId(user_id))
        if caller is None:
            raise NotFound(f"nobody signs in with {login}")
        invitations = Invitations(database, Passwords())
        made = await invitations.create(caller, Scope(caller.county_id), caller.user_id, now_ms)
        return made.token
    finally:
        await database.close()
