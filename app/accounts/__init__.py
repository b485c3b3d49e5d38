"""Who may come in: sign-in, sessions, tickets of a lesson, pairing codes, classroom PCs, the demo's doors."""
