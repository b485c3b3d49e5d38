"""The embedded selective forwarding unit: rooms of publishers and subscribers, packets only.

It knows participants, publications and permissions; no role, stage or seat.
"""
