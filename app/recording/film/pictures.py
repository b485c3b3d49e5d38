"""The film's picture: drawn tick by tick, encoded where it changes, in pieces that survive a kill."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
from av.video.frame import PictureType
from PIL import Image

from app.ids import ParticipantId
from app.recording.film.canvas import NIGHT, PIXELS, Picture, TileView, blank_canvas
from app.recording.film.job import POSTER, ComposeJob, PictureTrack
from app.recording.film.layout import HEIGHT, SLIDES, WIDTH, Scene, Tile
from app.recording.film.lettering import Lettering, missing_card
from app.recording.film.picture_source import PictureSource
from app.recording.film.slide_source import SlideSource

FPS = 25
TICK_MS = 1000 // FPS
KEYFRAME_TICKS = 2 * FPS
PIECE_TICKS = 60 * FPS
"""A killed process loses at most the work of this much film. Each piece begins with a keyframe."""
_TICK = Fraction(1, FPS)
_BT601 = 6
_LIMITED_RANGE = 1
_X264 = {
    "preset": "veryfast",
    "crf": "24",
    # Every keyframe is ours, so that segments of both packagings can begin there.
    "g": str(10 * PIECE_TICKS),
    "sc_threshold": "0",
    "forced-idr": "1",
    # Without reordering every packet is decoded when it is shown, also across the border of two pieces.
    "bf": "0",
    "profile": "high",
}


class FilmPictures:
    """Draws and encodes all pieces that are not there yet."""

    def __init__(self, job: ComposeJob) -> None:
        self._job = job
        self._folder = Path(job.folder)
        self._ticks = max(1, -(-job.duration_ms // TICK_MS))
        self._lettering = Lettering(job.font)
        self._tracks: dict[tuple[ParticipantId, str], list[PictureTrack]] = defaultdict(list)
        for track in job.pictures:
            self._tracks[track.participant_id, track.source].append(track)
        self._canvas = blank_canvas()
        self._scene: Scene | None = None
        self._views: list[tuple[PictureSource | SlideSource, TileView]] = []

    def write(self, on_ticks: Callable[[int, int], None]) -> list[Path]:
        """The pieces in order; `on_ticks` is told (ticks done, of how many) now and then."""
        paths = []
        for number, first in enumerate(range(0, self._ticks, PIECE_TICKS)):
            path = self._folder / f"picture-{number:05}.mp4"
            last = min(first + PIECE_TICKS, self._ticks)
            if not path.exists():
                self._write_piece(path, first, last, on_ticks)
            on_ticks(last, self._ticks)
            paths.append(path)
        self._leave_scene()
        return paths

    def _write_piece(
        self, path: Path, first: int, last: int, on_ticks: Callable[[int, int], None]
    ) -> None:
        unfinished = path.with_suffix(".part")
        with av.open(str(unfinished), "w", format="mp4") as output:
            stream = output.add_stream("libx264", rate=FPS, options=dict(_X264))
            stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, PIXELS
            stream.time_base = stream.codec_context.time_base = _TICK
            stream.codec_context.colorspace = _BT601
            stream.codec_context.color_range = _LIMITED_RANGE
            for tick in range(first, last):
                has_changed = self._draw(tick * TICK_MS)
                if tick == self._job.poster_ms // TICK_MS:
                    self._write_poster()
                is_keyframe = (tick - first) % KEYFRAME_TICKS == 0
                if has_changed or is_keyframe:
                    frame = self._canvas.to_frame()
                    frame.pts, frame.time_base = tick - first, _TICK
                    if is_keyframe:
                        frame.pict_type = PictureType.I
                    output.mux(stream.encode(frame))
                if tick % FPS == 0:
                    on_ticks(tick, self._ticks)
            output.mux(stream.encode(None))
        unfinished.replace(path)

    def _draw(self, at_ms: int) -> bool:
        """Bring the canvas to this moment; whether anything in it changed."""
        has_changed = self._enter_scene(at_ms)
        for source, view in self._views:
            # Each frame at the tick nearest to it, not at the next one: sound is not late by half a tick either.
            has_changed |= view.draw(self._canvas, source.at(at_ms + TICK_MS // 2))
        return has_changed

    def _enter_scene(self, at_ms: int) -> bool:
        scenes = self._job.scenes
        scene = scenes[max(0, bisect_right(scenes, at_ms, key=lambda s: s.from_ms) - 1)]
        if scene is self._scene:
            return False
        self._leave_scene()
        self._scene = scene
        self._canvas.paste(Picture.filled(WIDTH, HEIGHT, NIGHT), 0, 0)
        self._views = [(self._source(tile), self._view(tile)) for tile in scene.tiles]
        return True

    def _leave_scene(self) -> None:
        for source, _ in self._views:
            source.close()
        self._views = []

    def _source(self, tile: Tile) -> PictureSource | SlideSource:
        if tile.participant_id == SLIDES:
            return SlideSource(self._job.slides)
        return PictureSource(self._tracks[tile.participant_id, tile.source.value])

    def _view(self, tile: Tile) -> TileView:
        rect = tile.rect
        text = self._job.labels.get(tile.participant_id, "")
        label = self._lettering.label(text, rect.width, rect.height)
        return TileView(rect, missing_card(rect.width, rect.height), label)

    def _write_poster(self) -> None:
        pixels = self._canvas.to_frame().to_ndarray(format="rgb24")
        Image.fromarray(pixels).save(self._folder / POSTER, quality=85, optimize=True)
