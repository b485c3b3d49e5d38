"""One spelling for every way to write a login."""

import re
import unicodedata

_PHONE = re.compile(r"(?:\+?86|0086)?(1\d{10})")
_SEPARATORS = re.compile(r"[\s\-().]")
MAX_LOGIN_CHARS = 200


def normalise_login(text: str) -> str:
    """Staff number, phone or e-mail as it is stored and looked up.

    Full-width characters become half-width, case is folded; a mobile number loses its separators and country code.
    """
    login = unicodedata.normalize("NFKC", text).strip().casefold()
    phone = _PHONE.fullmatch(_SEPARATORS.sub("", login))
    return phone.group(1) if phone else login
