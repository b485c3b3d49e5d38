"""The addresses of this machine that media may arrive on."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

import ifaddr


@dataclass(frozen=True, slots=True)
class LocalAddress:
    """One IP address of a local interface."""

    ip: str
    is_loopback: bool
    is_ipv6: bool


def local_addresses() -> list[LocalAddress]:
    """Every usable unicast address, IPv4 first, loopback last.

    IPv6 link-local addresses are left out: they need a scope that a candidate cannot carry
    (RFC 8445 §5.1.1.1).
    """
    found: set[str] = set()
    for adapter in ifaddr.get_adapters():
        for entry in adapter.ips:
            found.add(entry.ip if isinstance(entry.ip, str) else entry.ip[0])
    parsed = [ipaddress.ip_address(ip.partition("%")[0]) for ip in found]
    usable = [
        ip
        for ip in parsed
        if not ip.is_unspecified
        and not ip.is_multicast
        and not (ip.version == 6 and ip.is_link_local)
        and not (ip.version == 6 and ip.ipv4_mapped)
    ]
    usable.sort(key=lambda ip: (ip.is_loopback, ip.version, int(ip)))
    return [LocalAddress(str(ip), ip.is_loopback, ip.version == 6) for ip in usable]
