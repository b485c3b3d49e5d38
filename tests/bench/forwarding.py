"""CPU of the engine process per forwarded packet, beside a bare UDP fan-out that does no ICE, SRTP or rewriting.

One publisher sends video (1.5 Mbit/s in packets of about 1,130 bytes, 25 frames a second) and audio (50 packets a
second) to N subscribers, all over real sockets with real ICE, DTLS and SRTP; subscribers decrypt every packet. Rounds
of engine and fan-out alternate, and the medians are quoted: the machine's noise then meets both.
"""

import argparse
import asyncio
import json
import os
import platform
import socket
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from multiprocessing import Process
from pathlib import Path

from app.ids import LessonId, ParticipantId, PublicationId
from app.media.port import ClientNetwork, MediaPermissions, Reception, SlotGroup, Source
from app.media.remote import RemoteEngine
from tests.support.ports import free_port
from tests.support.raw_peer import Background, RawAudio, RawPeer, RawSection, RawVideo, paced, until

LESSON, LEAD = LessonId("les_bench"), ParticipantId("lead")
NETWORK = ClientNetwork(is_loopback=True, server_ip="127.0.0.1")
SLOTS = (SlotGroup("lead", 1),)
FRAME_INTERVAL_S = 0.04
PACKETS_PER_FRAME = 7
FILLER_BYTES = 1_050
AUDIO_INTERVAL_S = 0.02
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


async def measure_engine(subscribers: int, seconds: float) -> float:
    """Microseconds of engine CPU per packet that arrived decrypted at a subscriber."""
    with tempfile.TemporaryDirectory() as folder:
        port, link = free_port(udp=True), Path(folder) / "engine.sock"
        worker = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "app.media.worker"),
            *("--port", str(port), "--socket", str(link)),
            stdin=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        engine = RemoteEngine(link)
        engine.start()
        try:
            await until(lambda: engine.is_available)
            return await _measure(engine, worker.pid, subscribers, seconds)
        finally:
            await engine.close()
            worker.kill()
            await worker.wait()


async def _measure(engine: RemoteEngine, pid: int, subscribers: int, seconds: float) -> float:
    sources = frozenset({Source.CAMERA, Source.MICROPHONE})
    await engine.admit(LESSON, LEAD, MediaPermissions(publish=sources), ())
    lead = RawPeer()
    offer = lead.offer(
        RawSection("0", "video", 7, 96, "VP8/90000", 8, 97),
        RawSection("1", "audio", 9, 111, "opus/48000/2"),
    )
    tracks = {"0": Source.CAMERA, "1": Source.MICROPHONE}
    await lead.connect(await engine.answer(LESSON, LEAD, offer, tracks, NETWORK))
    video = RawVideo(lead, 7, filler_bytes=FILLER_BYTES)
    audio = RawAudio(lead, 9)
    permissions = MediaPermissions(
        receive={PublicationId(f"{LEAD}/{source}"): Reception("auto", "lead") for source in sources}
    )
    peers = []
    for index in range(subscribers):
        seat = ParticipantId(f"seat{index}")
        await engine.admit(LESSON, seat, permissions, SLOTS)
        peer = RawPeer()
        sdp = await engine.offer(LESSON, seat, NETWORK)
        await engine.accept(LESSON, seat, peer.answer(sdp))
        await peer.connect(sdp)
        peers.append(peer)

    def frame() -> None:
        video.sent.clear()
        for packet in video.packets(keyframe=True, count=PACKETS_PER_FRAME):
            lead.send_rtp(packet)

    async with Background(paced(frame, FRAME_INTERVAL_S), paced(audio.packet, AUDIO_INTERVAL_S)):
        await until(lambda: all(peer.rtp for peer in peers))
        for peer in peers:
            peer.rtp.clear()
        began = cpu_seconds(pid)
        await asyncio.sleep(seconds)
        used_s = cpu_seconds(pid) - began
        forwarded = sum(len(peer.rtp) for peer in peers)
    for peer in (lead, *peers):
        await peer.close()
    return used_s / forwarded * 1e6


def _fan_out(port: int, targets: list[int]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", port))
        addresses = [("127.0.0.1", target) for target in targets]
        while True:
            data = sock.recv(2_048)
            for address in addresses:
                sock.sendto(data, address)


def measure_fan_out(subscribers: int, seconds: float) -> float:
    """Microseconds of CPU per packet of a bare loop of `recv` and `sendto`: the floor in Python."""
    sinks = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(subscribers)]
    for sink in sinks:
        sink.bind(("127.0.0.1", 0))
        sink.setblocking(False)
    port = free_port(udp=True)
    process = Process(target=_fan_out, args=(port, [s.getsockname()[1] for s in sinks]))
    process.start()
    assert process.pid is not None
    packets = 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        time.sleep(0.3)
        began = cpu_seconds(process.pid)
        until_s = time.monotonic() + seconds
        while time.monotonic() < until_s:
            for _ in range(PACKETS_PER_FRAME):
                sender.sendto(bytes(1_130), ("127.0.0.1", port))
            for _ in range(2):
                sender.sendto(bytes(90), ("127.0.0.1", port))
            time.sleep(FRAME_INTERVAL_S)
            for sink in sinks:
                try:
                    while sink.recv(2_048):
                        packets += 1
                except BlockingIOError:
                    pass
        used_s = cpu_seconds(process.pid) - began
    process.terminate()
    process.join()
    for sink in sinks:
        sink.close()
    return used_s / packets * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subscribers", type=int, nargs="+", default=[1, 10, 30])
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", type=Path, help="write the raw figures here, as JSON")
    arguments = parser.parse_args()
    results = []
    print("subscribers  engine us/packet  bare fan-out us/packet  ratio")
    for subscribers in arguments.subscribers:
        engine, bare = [], []
        for _ in range(arguments.rounds):
            engine.append(asyncio.run(measure_engine(subscribers, arguments.seconds)))
            bare.append(measure_fan_out(subscribers, arguments.seconds))
        ours, floor = statistics.median(engine), statistics.median(bare)
        print(f"{subscribers:>11}{ours:>18.1f}{floor:>24.1f}{ours / floor:>7.2f}")
        results.append({"subscribers": subscribers, "engine_us": engine, "bare_us": bare})
    if arguments.output:
        cpu = next(
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        )
        header = {
            "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "command": "make bench",
            "kernel": platform.release(),
            "cpu": cpu,
            "python": platform.python_version(),
            "seconds": arguments.seconds,
        }
        arguments.output.write_text(json.dumps({**header, "results": results}, indent=1) + "\n")


if __name__ == "__main__":
    main()
