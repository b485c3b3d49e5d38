"""A county of any size as rows: schools, people, pupils, a term of lessons, and what those leave behind.

`python -m tests.bench.county` fills an empty database with it. The same seed, scale and day give the same rows.
"""
