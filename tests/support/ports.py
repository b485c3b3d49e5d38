"""Ports nobody uses, so that runs never clash."""

import socket


def free_port(*, udp: bool = False) -> int:
    """A port that was free a moment ago, for TCP and with `udp` for UDP as well."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp:
            tcp.bind(("127.0.0.1", 0))
            port: int = tcp.getsockname()[1]
            if not udp:
                return port
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram:
                try:
                    datagram.bind(("127.0.0.1", port))
                except OSError:
                    continue
                return port
