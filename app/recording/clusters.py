"""The clusters of a live Matroska segment, found without reading what is in their frames.

The muxer (see `muxer`) writes a cluster at a time, a second or so each, with its time stamp in front: whoever moves a
track to another place on the time line moves clusters. A tail that a kill or a power cut tore is left out.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.recording.ebml import UNKNOWN_SIZE, Element, read_element

SEGMENT, CLUSTER = 0x18538067, 0x1F43B675
CRC_32, TIMESTAMP = 0xBF, 0xE7
SIMPLE_BLOCK, BLOCK_GROUP, REFERENCE_BLOCK = 0xA3, 0xA0, 0xFB
_KEYFRAME = 0x80


@dataclass(frozen=True, slots=True)
class Block:
    start: int
    """Of its element in the segment."""
    time_at: int
    """Of its two bytes of time."""
    time_ms: int
    """After its cluster's time stamp; may be negative."""
    is_keyframe: bool


@dataclass(frozen=True, slots=True)
class Cluster:
    time_ms: int
    start: int
    """Of its first block; what else stood before it (time stamp, checksum) is left out."""
    end: int


def read_clusters(segment: memoryview, *, is_torn: bool) -> Iterator[Cluster]:
    """Every cluster that is whole, and of the first that is not what is whole of it.

    Times are in milliseconds, which is the scale of every segment of ours. Checksums are compared if the segment
    was torn. ValueError if this is no such segment.
    """
    at = _first_child(segment)
    while at < len(segment):
        try:
            found = read_element(segment, at)
        except ValueError:
            return
        if found.element_id == CLUSTER:
            cluster = _cluster(segment, found, is_torn=is_torn)
            if cluster is not None:
                yield cluster
            if found.end > len(segment) or cluster is None:
                return
        elif found.end == UNKNOWN_SIZE:
            return
        at = found.end


def read_blocks(segment: memoryview, cluster: Cluster) -> Iterator[Block]:
    """The whole blocks of a cluster, in order."""
    content, at = bytes(segment[cluster.start : cluster.end]), 0
    while at < len(content):
        try:
            child = read_element(content, at)
            if child.end == UNKNOWN_SIZE or child.end > len(content):
                return
            block = _block(content, child, cluster.start)
        except (ValueError, IndexError):
            return
        if block is not None:
            yield block
        at = child.end


def _first_child(segment: memoryview) -> int:
    head = read_element(segment, 0)
    outer = read_element(segment, head.end)
    if outer.element_id != SEGMENT:
        raise ValueError(f"element {outer.element_id:#x} where a Matroska segment should begin")
    return outer.body


def _cluster(segment: memoryview, found: Element, *, is_torn: bool) -> Cluster | None:
    """None if not even its first block is whole, or its checksum says that the disk kept something else."""
    is_whole = found.end != UNKNOWN_SIZE and found.end <= len(segment)
    end = found.end if is_whole else len(segment)
    at, time_ms = found.body, None
    while at < end:
        try:
            child = read_element(segment, at)
        except ValueError:
            return None
        if child.element_id in (SIMPLE_BLOCK, BLOCK_GROUP):
            break
        if child.element_id == CRC_32 and is_torn and is_whole:
            if not _is_intact(segment, child, end):
                return None
        elif child.element_id == TIMESTAMP:
            time_ms = int.from_bytes(segment[child.body : child.end], "big")
        at = child.end
    if time_ms is None or at >= end:
        return None
    cluster = Cluster(time_ms, at, end)
    return cluster if is_whole else _without_torn_block(segment, cluster)


def _without_torn_block(segment: memoryview, cluster: Cluster) -> Cluster | None:
    blocks = list(read_blocks(segment, cluster))
    if not blocks:
        return None
    return replace(cluster, end=read_element(segment, blocks[-1].start).end)


def _is_intact(segment: memoryview, crc: Element, end: int) -> bool:
    """RFC 8794 §11.3.1: the checksum, in little-endian order, of everything after it in its parent."""
    said = int.from_bytes(segment[crc.body : crc.end], "little")
    return zlib.crc32(segment[crc.end : end]) == said


def _block(content: bytes, child: Element, offset: int) -> Block | None:
    """RFC 9559 §10.1, §10.2: track number (one byte for ours), signed 16-bit time, flags.

    A group has its block first, and is a keyframe if it refers to no other. None for what is no block.
    """
    if child.element_id == SIMPLE_BLOCK:
        body, is_keyframe = child.body, bool(content[child.body + 3] & _KEYFRAME)
    elif child.element_id == BLOCK_GROUP:
        inner = read_element(content, child.body)
        body, at, is_keyframe = inner.body, inner.end, True
        while at < child.end:
            inner = read_element(content, at)
            is_keyframe = is_keyframe and inner.element_id != REFERENCE_BLOCK
            at = inner.end
    else:
        return None
    time_ms = int.from_bytes(content[body + 1 : body + 3], "big", signed=True)
    return Block(offset + child.start, offset + body + 1, time_ms, is_keyframe)
