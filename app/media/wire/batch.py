"""Packets of one flush to one remote, back to back in one reusable buffer."""

from __future__ import annotations
