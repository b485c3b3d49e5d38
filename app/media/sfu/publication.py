"""One published track: its layers, who carries which of them on, and what the recorder gets."""

from collections.abc import Callable
from typing import Protocol

from app.ids import PublicationId
from app.media.port import Source
from app.media.sfu.audio_levels import Loudness
from app.media.sfu.layer import Layer, PublisherFeedback
from app.media.sfu.sender_clock import SenderClock
from app.media.sfu.sink_feed import Sink, SinkFeed
from app.media.sfu.track_format import TrackFormat
from app.media.sfu.wanted_layers import WantedLayers

NEED_INTERVAL_S = 0.2
REST_ANSWER_S = 10.0
"""Browsers say goodbye for encodings that they switch off: soon after they are told to."""


class Subscriber(Protocol):
    """A stream that carries the publication on (see `SlotStream`)."""

    @property
    def aimed_spatial(self) -> int:
        """The spatial layer that it is to have."""
        ...

    @property
    def carried_spatial(self) -> frozenset[int]:
        """The ones that it has, or waits for, meanwhile."""
        ...

    def settle(self, now: float) -> None:
        """The layers that are live changed: choose again."""
        ...


class Publication:
    """A track epoch: one source, one codec, one to three layers."""

    def __init__(
        self,
        publication_id: PublicationId,
        source: Source,
        track: TrackFormat,
        clock: SenderClock,
        feedback: PublisherFeedback,
    ) -> None:
        self.publication_id = publication_id
        self.source = source
        self.format = track
        self.is_video = track.is_video
        self.layers = tuple(
            Layer(position, track, clock, feedback, self._layer_woken)
            for position in range(len(track.rids))
        )
        """Low to high."""
        self.loudness = Loudness()
        """Of a microphone."""
        self.wanted: WantedLayers | None = None
        """None before the first `tick`, and for sound."""
        self.on_layers_wanted: Callable[[Publication, tuple[bool, ...]], None] = _nobody_listens
        """Called with what the publisher should send, at first and when it changed."""
        self._feed: SinkFeed | None = None
        self._streams: tuple[Subscriber, ...] = ()
        self._live: tuple[Layer, ...] = ()
        self._needs_due = 0.0

    # -- subscribers

    def subscribe(self, stream: Subscriber) -> None:
        """`stream` is told when the live layers change, and its needs are counted."""
        if stream not in self._streams:
            self._streams = (*self._streams, stream)
        self.needs_changed()

    def unsubscribe(self, stream: Subscriber) -> None:
        """`stream` is done with this publication."""
        self._streams = tuple(other for other in self._streams if other is not stream)
        self.needs_changed()

    @property
    def subscriber_count(self) -> int:
        return len(self._streams)

    @property
    def last_arrival(self) -> float:
        """When the last packet of any layer came."""
        return max(layer.last_arrival for layer in self.layers)

    # -- layers

    def layer_for(self, spatial: int, now: float) -> Layer:
        """The layer to send where `spatial` is aimed at (too high: the top one).

        If that one is not live: the next lower one that is, else the next higher one.
        """
        aimed = self.layers[min(spatial, len(self.layers) - 1)]
        if len(self.layers) == 1 or aimed.is_live(now):
            return aimed
        lower = reversed(self.layers[: aimed.spatial])
        higher = self.layers[aimed.spatial + 1 :]
        return next((layer for layer in (*lower, *higher) if layer.is_live(now)), aimed)

    def _layer_woken(self, layer: Layer, now: float) -> None:
        self._settle_if_changed(now)

    def _settle_if_changed(self, now: float) -> None:
        self._sort_layers()
        live = tuple(layer for layer in self.layers if layer.is_live(now))
        if live == self._live:
            return
        self._live = live
        for stream in self._streams:
            stream.settle(now)
        if self._feed is not None:
            self._feed.settle(now)
        self.needs_changed()

    def _sort_layers(self) -> None:
        """Some publishers list the highest encoding first: the sizes of all of them tell."""
        areas = [layer.width * layer.height for layer in self.layers]
        if not all(areas) or areas == sorted(areas):
            return
        self.layers = tuple(sorted(self.layers, key=lambda layer: layer.width * layer.height))
        for spatial, layer in enumerate(self.layers):
            layer.spatial = spatial
        self._live = ()

    # -- the publisher's side

    def request_keyframe(self, now: float) -> None:
        """Ask for a keyframe of each layer that somebody gets."""
        for layer in self.layers:
            if layer.streams or layer.waiting:
                layer.request_keyframe(now)

    def request_sink_keyframe(self, now: float) -> None:
        """Ask for a keyframe of the layer that is recorded."""
        if self._feed is not None:
            self._feed.request_keyframe(now)

    def tick(self, now: float) -> None:
        """Every 20 ms or so: what the layers are late to ask for, and which are wanted."""
        for layer in self.layers:
            layer.tick(now)
        if len(self.layers) > 1:
            self._settle_if_changed(now)
        if self.is_video and now >= self._needs_due:
            self._needs_due = now + NEED_INTERVAL_S
            self._update_wanted(now)

    def needs_changed(self) -> None:
        """Look at the needs again with the next tick."""
        self._needs_due = 0.0

    def is_told_to_rest(self, now: float) -> bool:
        """Whether silence is what we asked for just now, so that a goodbye is no end."""
        wanted = self.wanted
        if wanted is None or any(wanted.layers):
            return False
        return now - wanted.changed_at < REST_ANSWER_S

    def _update_wanted(self, now: float) -> None:
        needed = self._needed(now)
        if self.wanted is None:
            self.wanted = WantedLayers(len(self.layers), now)
        elif not self.wanted.update(needed, now):
            return
        self.on_layers_wanted(self, self.wanted.layers)

    def _needed(self, now: float) -> list[bool]:
        """By position, as the publisher counts its encodings."""
        top = len(self.layers) - 1
        spatials: set[int] = set()
        aims = {min(stream.aimed_spatial, top) for stream in self._streams}
        if self._feed is not None:
            aims.add(top)
        for aim in aims:
            # Until it comes, the best live one below stands in for it, or a better one that comes.
            live = (one for one in range(aim, -1, -1) if self.layers[one].is_live(now))
            spatials.update(range(next(live, 0), aim + 1))
        for stream in self._streams:
            spatials |= stream.carried_spatial
        needed = [False] * len(self.layers)
        for spatial in spatials:
            needed[self.layers[spatial].position] = True
        return needed

    # -- the recorder

    def attach_sink(self, sink: Sink | None, now: float) -> None:
        """Let `sink` have the top live layer from the next packet on; None: nobody."""
        for layer in self.layers:
            layer.tap = None
        self._feed = None
        if sink is not None:
            self._feed = SinkFeed(self.format, self.layer_for, sink)
            self._feed.settle(now)
            for layer in self.layers:
                layer.tap = self._feed
        self.needs_changed()

    def end(self, now: float) -> None:
        """Nothing more comes. A track that comes in its place must find its encodings on."""
        self.attach_sink(None, now)
        if self.wanted is not None and not all(self.wanted.layers):
            self.on_layers_wanted(self, (True,) * len(self.layers))


def _nobody_listens(publication: Publication, layers: tuple[bool, ...]) -> None:
    pass
