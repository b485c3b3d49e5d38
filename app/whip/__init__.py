"""WHIP (RFC 9725) and WHEP: media for programs that speak HTTP and WebRTC, and nothing of the signalling."""
