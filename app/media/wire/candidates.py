"""Host candidates as the local description announces them, RFC 8839 §5.1 and RFC 6544 §4.5."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from app.media.wire.addresses import LocalAddress

MAX_ADDRESSES = 16
_UDP_TYPE_PREFERENCE = 126
_TCP_TYPE_PREFERENCE = 90
"""Below UDP, so that TCP carries media only where UDP does not get through."""
_RTP_COMPONENT = 1


def candidate_priority(type_preference: int, local_preference: int) -> int:
    """RFC 8445 §5.1.2.1 for component 1."""
    return (type_preference << 24) + (local_preference << 8) + (256 - _RTP_COMPONENT)


def candidate_lines(
    addresses: Sequence[LocalAddress],
    port: int,
    *,
    for_loopback: bool,
    public_ips: Sequence[str] = (),
    preferred_ip: str | None = None,
) -> list[str]:
    """`candidate:...` lines, best first, UDP before TCP; see `MediaEndpoint.candidates`."""
    ips = [str(ipaddress.ip_address(ip.strip())) for ip in public_ips]
    ips += [a.ip for a in addresses if not a.is_loopback]
    if for_loopback:
        ips += [a.ip for a in addresses if a.is_loopback]
    ips = list(dict.fromkeys(ips))
    if preferred_ip in ips:
        ips.remove(preferred_ip)
        ips.insert(0, preferred_ip)
    ips = ips[:MAX_ADDRESSES]
    udp = [
        f"candidate:{index + 1} {_RTP_COMPONENT} udp "
        f"{candidate_priority(_UDP_TYPE_PREFERENCE, 65_535 - index)} {ip} {port} typ host"
        for index, ip in enumerate(ips)
    ]
    tcp = [
        f"candidate:{index + 1 + MAX_ADDRESSES} {_RTP_COMPONENT} tcp "
        f"{candidate_priority(_TCP_TYPE_PREFERENCE, 65_535 - index)} {ip} {port} typ host "
        "tcptype passive"
        for index, ip in enumerate(ips)
    ]
    return udp + tcp
