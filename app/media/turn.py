"""Time-limited credentials for a TURN server (RFC 8656) that shares a secret with us.

The scheme of draft-uberti-behave-turn-rest-00, as coturn speaks it (`use-auth-secret`): nothing is stored anywhere, and
a credential that leaks is worthless after a lesson day.
"""

import base64
import hmac
from collections.abc import Mapping

from app.ids import ParticipantId

CREDENTIAL_S = 12 * 3600
"""Longer than any lesson: a page makes new connections mid-lesson with the credential it was given first."""


class TurnServers:
    """What browsers are told about relays. Without URLs: nothing."""

    def __init__(self, urls: tuple[str, ...], secret: str) -> None:
        self._urls = urls
        self._secret = secret.encode()

    def ice_servers(self, participant_id: ParticipantId, now_ms: int) -> list[Mapping[str, str]]:
        """One `RTCIceServer` per URL, with a credential for this participant that is good for `CREDENTIAL_S`."""
        username = f"{now_ms // 1000 + CREDENTIAL_S}:{participant_id}"
        digest = hmac.digest(self._secret, username.encode(), "sha1")
        credential = base64.b64encode(digest).decode()
        return [{"urls": url, "username": username, "credential": credential} for url in self._urls]
