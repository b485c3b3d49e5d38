"""SDP fragments, `application/trickle-ice-sdpfrag` (RFC 8840 §9), as far as RFC 9725 §4.3 uses them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

MEDIA_TYPE = "application/trickle-ice-sdpfrag"
MAX_LINES = 512
MAX_CANDIDATES = 128

_ICE_CHARS = re.compile(r"[A-Za-z0-9+/=_-]+")
"""`ice-char` of RFC 8839 §5.4; `=`, `_` and `-` are in use all the same."""
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`{|}~-]{1,64}")
_M_LINE = re.compile(r"(audio|video|application) \d{1,5} \S{1,40}( \S{1,40}){1,128}")
_CANDIDATE = re.compile(
    r"candidate:[A-Za-z0-9+/]{1,32} \d{1,3} \S{1,16} \d{1,10} \S{1,255} \d{1,5} typ \S.*"
)


@dataclass(frozen=True, slots=True)
class SdpFragment:
    """One ICE session's credentials and some candidates of it."""

    ice_ufrag: str
    ice_pwd: str
    candidates: tuple[str, ...] = ()
    """`candidate:...` as it stands after `a=`."""
    is_complete: bool = False
    """`a=end-of-candidates`."""
    bundle: tuple[str, ...] = ()
    m_line: str = ""
    """The first `m=` line's value, empty if there is none."""
    mid: str = ""
    is_lite: bool = False

    @classmethod
    def parse(cls, text: str) -> "SdpFragment":
        """Read a fragment; attributes that are not of ICE are skipped. Raises ValueError with a sentence."""
        lines = text.splitlines()
        if len(lines) > MAX_LINES:
            raise ValueError(f"the fragment has more than {MAX_LINES} lines")
        fragment = cls("", "")
        for line in lines:
            kind, separator, value = line.strip().partition("=")
            if not kind and not separator:
                continue
            if kind == "m" and _M_LINE.fullmatch(value):
                fragment = replace(fragment, m_line=fragment.m_line or value)
            elif kind == "a" and value:
                fragment = fragment._with(*value.partition(":")[::2])
            else:
                raise ValueError("a line of the fragment is neither an attribute nor a media line")
        if not fragment.ice_ufrag or not fragment.ice_pwd:
            raise ValueError("the fragment has no ICE user name fragment or password")
        return fragment

    def _with(self, name: str, value: str) -> "SdpFragment":
        match name:
            case "ice-ufrag":
                return replace(self, ice_ufrag=_credential(value, self.ice_ufrag, 4))
            case "ice-pwd":
                return replace(self, ice_pwd=_credential(value, self.ice_pwd, 22))
            case "candidate":
                return replace(self, candidates=(*self.candidates, self._candidate(value)))
            case "end-of-candidates":
                return replace(self, is_complete=True)
            case "ice-lite":
                return replace(self, is_lite=True)
            case "mid":
                return replace(self, mid=self.mid or _token(value))
            case "group" if value.startswith("BUNDLE "):
                mids = tuple(_token(word) for word in value.split()[1:33])
                return replace(self, bundle=self.bundle or mids)
            case _:
                return self

    def _candidate(self, value: str) -> str:
        if len(self.candidates) >= MAX_CANDIDATES:
            raise ValueError(f"the fragment has more than {MAX_CANDIDATES} candidates")
        candidate = f"candidate:{value}"
        if len(candidate) > 512 or not _CANDIDATE.fullmatch(candidate):
            raise ValueError("a=candidate is malformed")
        return candidate

    def answer(self, ice_ufrag: str, ice_pwd: str, candidates: Sequence[str]) -> "SdpFragment":
        """Our side of the ICE session that this fragment asked for; all of our candidates are in it."""
        return replace(
            self,
            ice_ufrag=ice_ufrag,
            ice_pwd=ice_pwd,
            candidates=tuple(candidates),
            is_complete=True,
            # Candidates stand in a media section, RFC 8840 §9.
            m_line=self.m_line or "audio 9 UDP/TLS/RTP/SAVPF 0",
            is_lite=True,
        )

    def __str__(self) -> str:
        lines = ["a=ice-lite"] if self.is_lite else []
        lines += [f"a=group:BUNDLE {' '.join(self.bundle)}"] if self.bundle else []
        lines += [f"a=ice-ufrag:{self.ice_ufrag}", f"a=ice-pwd:{self.ice_pwd}"]
        lines += [f"m={self.m_line}"] if self.m_line else []
        lines += [f"a=mid:{self.mid}"] if self.mid else []
        lines += [f"a={candidate}" for candidate in self.candidates]
        lines += ["a=end-of-candidates"] if self.is_complete else []
        return "\r\n".join(lines) + "\r\n"


def _credential(value: str, former: str, least: int) -> str:
    if not least <= len(value) <= 256 or not _ICE_CHARS.fullmatch(value):
        raise ValueError("an ICE user name fragment or password is malformed")
    if former not in ("", value):
        raise ValueError("the fragment has the credentials of two ICE sessions")
    return value


def _token(value: str) -> str:
    if not _TOKEN.fullmatch(value):
        raise ValueError("a=mid or a=group is malformed")
    return value
