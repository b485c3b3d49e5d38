"""A whole engine in numbers: what was counted stays counted when its peers are gone."""

from app.media.port import EngineMetrics
from app.media.wire.rtcp import Nack, PictureLossIndication
from app.process import LAG_WINDOW_S, LoopLag, cpu_s, resident_bytes
from tests.support.waiting import until

from .support import LESSON, Engine, Publisher, Subscriber, receiver

VIDEO = "stage.0.v"


async def test_an_engine_counts_what_passed_through_it(engine: Engine) -> None:
    publisher = await Publisher(engine, "p", 1_000).connect()
    subscriber = await Subscriber(engine, "s").connect(receiver("p"))
    publisher.video.frame(keyframe=True)
    publisher.audio.packet()
    await until(lambda: len(subscriber.peer.rtp) == 3)
    ssrc = subscriber.ssrc(VIDEO)
    number = subscriber.peer.of(ssrc)[0].sequence_number
    subscriber.peer.send_rtcp(Nack(5, ssrc, (number,)), PictureLossIndication(5, ssrc))
    await until(lambda: len(subscriber.peer.of(subscriber.rtx_ssrc(VIDEO))) == 1)

    during = engine.metrics()
    assert (during.rooms, during.publications) == (1, 2)
    assert during.peers == {"publish connected": 1, "subscribe connected": 1}
    counters = during.counters
    assert counters["nacks_received"] == counters["plis_received"] == 1
    assert counters["packets_retransmitted"] == 1 and counters["plis_sent"] >= 1
    assert counters["packets_received"] >= 4 and counters["bytes_received"] > 400
    assert counters["packets_sent"] >= 4 and counters["bytes_sent"] > 400
    assert during.cpu_s > 0 and during.resident_bytes > 1_000_000

    engine.close_room(LESSON)
    after = engine.metrics()
    assert (after.rooms, after.publications, after.peers) == (0, 0, {})
    assert all(after.counters[name] >= value for name, value in counters.items())
    assert isinstance(after, EngineMetrics) and after.cpu_s >= during.cpu_s


def test_the_lag_is_the_worst_of_the_last_two_windows() -> None:
    lag = LoopLag()
    lag.observe(0.3, now=100.0)
    lag.observe(0.1, now=101.0)
    assert lag.worst_s == 0.3
    lag.observe(0.0, now=100.0 + LAG_WINDOW_S)
    assert lag.worst_s == 0.3
    lag.observe(0.01, now=100.0 + 2 * LAG_WINDOW_S)
    assert lag.worst_s == 0.01
    lag.observe(0.02, now=100.0 + 9 * LAG_WINDOW_S)
    assert lag.worst_s == 0.02


def test_a_process_knows_its_memory_and_its_time() -> None:
    before = cpu_s()
    ballast = bytearray(64 * 1024 * 1024)
    ballast[::4096] = b"x" * len(ballast[::4096])
    assert resident_bytes() > len(ballast)
    assert cpu_s() >= before
