"""How each classroom is: its PC, camera, microphone and link, and which of them needs somebody first."""
