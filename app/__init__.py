"""Tongtang: the dual-teacher live classroom."""
