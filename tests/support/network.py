"""What a test of the network needs beside a page: the path that its media takes, and lessons on another host.

Run as a program it asks the office there: the HTTP interface of a server in a namespace is reached only from there.
"""

import dataclasses
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.namespaces import Host
from tests.support.office import Office, PlannedLesson, Seat
from tests.support.pages import Screen
from tests.support.serve import Served

PATHS = """async () => {
  const found = [];
  for (const peer of probe.peers) {
    if (peer.connectionState !== "connected") continue;
    const report = await peer.getStats();
    for (const stat of report.values()) {
      if (stat.type !== "transport" || !stat.selectedCandidatePairId) continue;
      const pair = report.get(stat.selectedCandidatePairId);
      const [local, remote] = [report.get(pair.localCandidateId), report.get(pair.remoteCandidateId)];
      found.push({
        protocol: local.protocol,
        local_type: local.candidateType,
        relay_protocol: local.relayProtocol ?? "",
        server_ip: remote.address,
      });
    }
  }
  return found;
}"""


@dataclass(frozen=True)
class MediaPath:
    """The selected candidate pair of one connection, as `getStats` names it."""

    protocol: str
    """`udp` or `tcp`."""
    local_type: str
    """`host`, `prflx`, `relay`, ..."""
    relay_protocol: str
    """How the browser reaches its relay; empty without one."""
    server_ip: str


async def paths_of(screen: Screen) -> list[MediaPath]:
    """The path of each connection of this page that is up."""
    return [MediaPath(**found) for found in await screen.page.evaluate(PATHS)]


def plan_lesson_on(host: Host, served: Served, classrooms: int) -> PlannedLesson:
    """`Office.plan_lesson` by a program on the server's own host."""
    found: dict[str, Any] = _ask_on(host, served, "plan", str(classrooms))
    return PlannedLesson(**{**found, "seats": tuple(Seat(**seat) for seat in found["seats"])})


def attendance_on(host: Host, served: Served, lesson_id: str) -> list[dict[str, Any]]:
    """`Office.attendance` by a program on the server's own host."""
    rows: list[dict[str, Any]] = _ask_on(host, served, "attendance", lesson_id)
    return rows


def _ask_on(host: Host, served: Served, *question: str) -> Any:
    arguments = (str(served.http_port), served.password, *question)
    return json.loads(host.run(sys.executable, "-m", __name__, *arguments))


def main(http_port: str, password: str, question: str, argument: str) -> None:
    office = Office(Served(Path(), int(http_port), 0, 0, {}, password=password))
    if question == "plan":
        print(json.dumps(dataclasses.asdict(office.plan_lesson(int(argument)))))
    else:
        print(json.dumps(office.attendance(argument)))


if __name__ == "__main__":
    main(*sys.argv[1:])
