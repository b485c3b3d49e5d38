"""What a school runs on a classroom's PC once: one file for Windows or Linux, made for this server's address."""
