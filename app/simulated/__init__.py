"""Simulated classrooms, and the lead of the sample lesson: real WebRTC peers that play bundled clips."""
