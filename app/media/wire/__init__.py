"""Formats and transport of the embedded media engine; imports nothing else of the app.

Bytes come in from strangers: parsers raise `ValueError`, and nothing remote raises past here.
"""
