"""What the layers of a publication cost a subscriber."""

from app.media.port import Quality
from app.media.sfu.publication import Publication

EXPECTED_BPS = (100_000, 350_000, 1_000_000)
"""Of a layer of several that was not heard yet, low to high: about what the pages send."""


def layer_costs(publication: Publication, quality: Quality) -> tuple[tuple[int, ...], ...]:
    """By spatial layer that `quality` allows and by temporal layer, cumulative; see `Tile.costs`.

    A layer that is off costs what it did: aiming at it brings it back. One that is alone and new costs nothing
    until it is measured.
    """
    layers = publication.layers[:1] if quality == "low" else publication.layers
    is_alone = len(publication.layers) == 1
    return tuple(
        layer.rates.typical_bps or ((0,) if is_alone else (EXPECTED_BPS[layer.spatial],))
        for layer in layers
    )
