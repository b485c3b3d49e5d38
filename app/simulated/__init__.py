"""Simulated classrooms: real WebRTC peers that play bundled clips, for the demo and for rehearsals."""
