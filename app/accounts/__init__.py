"""Who may come in: sign-in, sessions, tickets of a lesson, pairing codes, the demo's doors."""
