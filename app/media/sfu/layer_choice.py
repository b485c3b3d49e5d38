"""Which layers of a publication a stream is to carry."""

from dataclasses import dataclass

MAX_LAYERS = 3


@dataclass(frozen=True, slots=True)
class LayerChoice:
    """A spatial layer, and the highest temporal layer in it. Too high means the top one."""

    spatial: int
    temporal: int


TOP_LAYER = LayerChoice(spatial=MAX_LAYERS - 1, temporal=3)
BASE_LAYER = LayerChoice(spatial=0, temporal=3)
"""The smallest picture at its full frame rate: what a thumbnail gets."""
