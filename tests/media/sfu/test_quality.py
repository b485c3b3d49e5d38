"""A link in one word, its bytes and its samples: the rules with a clock of the test's, then a real engine."""

import pytest

from app.ids import ParticipantId
from app.media.port import LessonSampled, LinkQuality, QualityMeasured
from app.media.sfu.counter_sum import CounterSum
from app.media.sfu.quality import LinkReading, QualityMeter, classify
from app.media.wire.rtcp import ReceiverReport, ReportBlock
from tests.support.raw_peer import Background, paced
from tests.support.waiting import until

from .support import LESSON, Engine, Publisher, Subscriber, receiver, sender

VIDEO, AUDIO = "stage.0.v", "stage.0.a"
WELL = LinkReading(is_connected=True, loss_up=0.0, loss_down=0.0, rtt_s=0.05)


@pytest.mark.parametrize(
    ("reading", "word"),
    [
        (WELL, "good"),
        (LinkReading(is_connected=True), "good"),
        (LinkReading(is_connected=True, loss_up=0.05), "fair"),
        (LinkReading(is_connected=True, loss_down=0.2), "poor"),
        (LinkReading(is_connected=True, rtt_s=0.5), "fair"),
        (LinkReading(is_connected=True, rtt_s=1.5), "poor"),
        (LinkReading(is_connected=True, pause="bandwidth"), "fair"),
        (LinkReading(is_connected=True, pause="loss"), "poor"),
        (LinkReading(is_connected=True, is_broken=True), "poor"),
        (LinkReading(is_connected=True, silent_s=9.0), "lost"),
        (LinkReading(is_connected=False), "lost"),
    ],
)
def test_each_trouble_has_its_word(reading: LinkReading, word: LinkQuality) -> None:
    assert classify(reading) == word


def told(*phases: tuple[float, LinkReading]) -> list[tuple[float, LinkQuality | None]]:
    """What a meter tells, each 2 s, over phases of `(seconds, reading)`."""
    meter, now, changes = QualityMeter(), 0.0, []
    for seconds, reading in phases:
        end = now + seconds
        while now < end:
            if meter.update(reading, now):
                changes.append((now, meter.quality))
            now += 2.0
    return changes


def test_a_worse_link_is_told_after_3_s_and_a_better_one_after_8_s() -> None:
    bad = LinkReading(is_connected=True, loss_down=0.3)
    assert told((10, WELL), (20, bad), (20, WELL)) == [(0, "good"), (14, "poor"), (38, "good")]


def test_one_bad_measurement_is_not_told() -> None:
    bad = LinkReading(is_connected=True, loss_up=0.3)
    assert told((10, WELL), (2, bad), (10, WELL), (2, bad), (10, WELL)) == [(0, "good")]


def test_a_link_that_flaps_for_a_lesson_changes_its_word_a_bounded_number_of_times() -> None:
    bad = LinkReading(is_connected=True, loss_up=0.3)
    for good_s, bad_s in ((2, 2), (4, 4), (8, 4), (10, 4), (12, 6)):
        rounds = 2_400 // (good_s + bad_s)
        changes = told(*([(good_s, WELL), (bad_s, bad)] * rounds))
        assert len(changes) <= 2 * 2_400 / 11 + 1, (good_s, bad_s)


def test_a_link_at_the_threshold_stays_what_it_was() -> None:
    worse = LinkReading(is_connected=True, loss_up=0.11)
    eased = LinkReading(is_connected=True, loss_up=0.09)
    assert told((10, worse), (60, eased)) == [(0, "poor")]
    assert told((10, eased), (60, eased)) == [(0, "fair")]


def test_nothing_is_told_before_the_first_connection_and_a_return_is_told_soon() -> None:
    gone = LinkReading(is_connected=False)
    assert told((10, gone), (6, WELL), (10, gone), (10, WELL)) == [
        (10, "good"),
        (20, "lost"),
        (30, "good"),
    ]


def test_sums_keep_what_is_gone() -> None:
    class Counter:
        def __init__(self) -> None:
            self.sent = self.received = 0

    first, second = Counter(), Counter()
    total = CounterSum("sent", "received")
    first.sent = 5
    assert total.observe([first]) == (5, 0)
    first.sent, second.received = 8, 2
    assert total.observe([second]) == (8, 2)
    first.sent, second.received = 100, 3
    assert total.observe([second]) == (8, 3)
    assert total.observe([]) == (8, 3)


async def test_links_that_lose_either_way_are_measured_poor_and_their_bytes_are_counted(
    engine: Engine,
) -> None:
    publisher = await Publisher(engine, "p", 1_000).connect()
    subscriber = await Subscriber(engine, "s").connect(receiver("p"))
    torn = await Publisher(engine, "q", 2_000).connect()
    ssrc = subscriber.ssrc(AUDIO)
    is_lossy = False
    lost = 0

    def send() -> None:
        publisher.video.frame(keyframe=True)
        publisher.audio.packet()
        torn.audio.packet()
        if torn.audio.sequence_number % 5 == 0:
            torn.audio.sequence_number += 1  # lost on its way up

    def report() -> None:
        """Of a link that begins to lose every fourth packet of sound."""
        nonlocal lost
        packets = subscriber.peer.of(ssrc)
        if packets:
            lost += 5 if is_lossy else 0
            highest = packets[-1].sequence_number
            subscriber.peer.send_rtcp(
                ReceiverReport(5, (ReportBlock(ssrc, 0, lost, highest, 0, 0, 0),))
            )

    def of(name: str) -> list[QualityMeasured]:
        measured = engine.of(QualityMeasured)
        return [e for e in measured if isinstance(e, QualityMeasured) and e.participant_id == name]

    async with Background(paced(send, 0.01), paced(report, 0.2)):
        took = await until(lambda: bool(of("s")) and bool(of("p")))
        print(f"first measured after {took:.2f} s")
        assert of("s")[0].quality == of("p")[0].quality == "good"
        await until(lambda: bool(of("q")) and of("q")[-1].quality == "poor", deadline_s=24)
        told_before = len(of("p"))
        engine.permit(LESSON, publisher.participant_id, sender())
        took = await until(lambda: len(of("p")) > told_before)
        print(f"told again {took:.2f} s after new permissions")
        is_lossy = True
        took = await until(lambda: of("s")[-1].quality == "poor", deadline_s=24)
        print(f"poor after {took:.2f} s")
    assert of("p")[-1].quality == "good"

    last = [e for e in engine.of(LessonSampled) if isinstance(e, LessonSampled)][-1]
    sample = last.samples[ParticipantId("s")]
    assert sample.quality == "poor" and sample.loss_down > 0.1 and sample.bitrate_down_bps > 50_000
    assert 50_000 < last.samples[ParticipantId("p")].bitrate_up_bps < 5_000_000
    first = next(e for e in engine.of(LessonSampled) if isinstance(e, LessonSampled))
    assert first.samples[ParticipantId("p")].bitrate_up_bps < 5_000_000
    assert 0.1 < last.samples[ParticipantId("q")].loss_up < 0.3

    peers = engine.rooms[LESSON].participants
    up, down = (
        peers[publisher.participant_id].publishing,
        peers[subscriber.participant_id].subscribing,
    )
    assert up is not None and down is not None
    engine.remove(LESSON, subscriber.participant_id)
    engine.close_room(LESSON)
    for one, counted in ((of("p")[-1], up.transport.stats), (of("s")[-1], down.transport.stats)):
        assert one.bytes_received == counted.bytes_received + 28 * counted.packets_received
        assert one.bytes_sent == counted.bytes_sent + 28 * counted.packets_sent
        assert one.bytes_received + one.bytes_sent > 100_000
