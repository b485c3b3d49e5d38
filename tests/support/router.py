"""A school behind a router: two networks, address translation between them, and a firewall that can be closed."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from tests.support.namespaces import Host, in_own_network, new_host, require_tools

FIRST_OUTER_IP = "10.77.0.2"
SECOND_OUTER_IP = "10.77.0.3"


@dataclass
class School:
    """`inside` reaches `outside` through `router`, which shows its own outer address instead of the inner one."""

    outside: Host
    router: Host
    inside: Host
    outer_ip: str = FIRST_OUTER_IP

    def change_outer_address(self) -> None:
        """The provider gives the router another address: nothing passes under the old one any more."""
        gone, self.outer_ip = self.outer_ip, SECOND_OUTER_IP
        self.outside.run("nft", "-f", "-", stdin=_dropping(f"ip saddr {gone} drop"))
        # Its translations go with an address.
        self.router.run("ip", "address", "del", f"{gone}/24", "dev", "outer")
        self.router.run("ip", "address", "add", f"{self.outer_ip}/24", "dev", "outer")

    def change_inner_address(self, ip: str) -> None:
        """The PC inside moves to another network card: its old address is gone with all sockets on it."""
        self.inside.run("ip", "address", "flush", "dev", "cable")
        self.inside.run("ip", "address", "add", f"{ip}/24", "dev", "cable")
        self.inside.run("ip", "route", "add", "default", "via", self.router.ip)

    def block(self, ip: str, port: int) -> None:
        """From now on nothing passes between the school and this port of this address."""
        self._firewall(f"""
            type filter hook forward priority 0; policy accept;
            ip daddr {ip} udp dport {port} drop
            ip daddr {ip} tcp dport {port} drop
            ip saddr {ip} udp sport {port} drop
            ip saddr {ip} tcp sport {port} drop
        """)

    def block_udp(self, port: int) -> None:
        """From now on the router drops UDP to and from this port."""
        self._firewall(f"""
            type filter hook forward priority 0; policy accept;
            udp dport {port} drop
            udp sport {port} drop
        """)

    def let_out_only(self, *tcp_ports: int) -> None:
        """From now on the router lets nothing out but TCP to these ports."""
        ports = ", ".join(str(port) for port in tcp_ports)
        self._firewall(f"""
            type filter hook forward priority 0; policy drop;
            tcp dport {{ {ports} }} accept
            tcp sport {{ {ports} }} accept
        """)

    def _firewall(self, chain: str) -> None:
        table = f"table inet firewall {{ chain passing {{ {chain} }} \n }}"
        self.router.run("nft", "-f", "-", stdin=table)

    def let_everything_out(self) -> None:
        """Undo what was blocked."""
        self.router.run("nft", "delete", "table", "inet", "firewall")

    def open_to_the_outside(self, *ports: int) -> None:
        """1:1 NAT: what arrives at the outer address on these ports goes to the host inside."""
        numbers = ", ".join(str(port) for port in ports)
        self.router.run(
            "nft",
            "-f",
            "-",
            stdin=f"""
                table ip doors {{
                    chain arriving {{
                        type nat hook prerouting priority -100;
                        ip daddr {self.outer_ip} tcp dport {{ {numbers} }} dnat to {self.inside.ip}
                        ip daddr {self.outer_ip} udp dport {{ {numbers} }} dnat to {self.inside.ip}
                    }}
                }}
            """,
        )


@contextlib.contextmanager
def school_behind_router() -> Iterator[School]:
    """The outside host has 10.77.0.1, the router 10.77.0.2 and 192.168.77.1, the host inside 192.168.77.2.

    IPv4 only. Skips with the reason where that cannot be had.
    """
    require_tools()
    with contextlib.ExitStack() as stack:
        outside = stack.enter_context(new_host("outside", in_own_network(), ip="10.77.0.1"))
        beside = in_own_network(outside)
        router = stack.enter_context(new_host("router", beside, ip="192.168.77.1"))
        inside = stack.enter_context(new_host("inside", beside, ip="192.168.77.2"))
        for host, link in ((outside, "outer"), (inside, "inner")):
            host.run("ip", "link", "add", "cable", "type", "veth", "peer", "name", link,
                     "netns", str(router.holder))  # fmt: skip
            host.run("ip", "address", "add", f"{host.ip}/24", "dev", "cable")
            for name in ("lo", "cable"):
                host.run("ip", "link", "set", name, "up")
        router.run("ip", "address", "add", f"{FIRST_OUTER_IP}/24", "dev", "outer")
        router.run("ip", "address", "add", f"{router.ip}/24", "dev", "inner")
        for name in ("lo", "outer", "inner"):
            router.run("ip", "link", "set", name, "up")
        router.run("sysctl", "-w", "net.ipv4.ip_forward=1")
        inside.run("ip", "route", "add", "default", "via", router.ip)
        router.run("nft", "-f", "-", stdin=_MASQUERADE)
        yield School(outside, router, inside)


_MASQUERADE = """
    table ip translation {
        chain leaving {
            type nat hook postrouting priority 100;
            oifname "outer" masquerade
        }
    }
"""


def _dropping(rule: str) -> str:
    return f"""
        table ip gone {{
            chain arriving {{
                type filter hook input priority 0; policy accept;
                {rule}
            }}
        }}
    """
