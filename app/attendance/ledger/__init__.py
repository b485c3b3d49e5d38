"""The county's ledger: what each lesson gave each classroom of what was planned, and why not the rest."""
