"""The playlist as browsers get it."""

from app.recording.film.playlist import with_address

STORED = """#EXTM3U
#EXT-X-MAP:URI="film.m4s",BYTERANGE="1347@0"
#EXTINF:6.000000,
#EXT-X-BYTERANGE:72486@1347
film.m4s
#EXTINF:2.000000,
#EXT-X-BYTERANGE:100@73833
film.m4s
#EXT-X-ENDLIST
"""


def test_every_mention_of_the_file_becomes_the_signed_address() -> None:
    address = r"/api/v1/films/flm_1/hls/film.m4s?expires=1&signature=a\1"
    served = with_address(STORED, address)
    assert served.count(address) == 3
    assert f'#EXT-X-MAP:URI="{address}",BYTERANGE="1347@0"' in served.splitlines()
    assert served.splitlines().count(address) == 2
    assert "\nfilm.m4s" not in served
