"""Presence of classrooms and staff: a fold of the journal, kept as rows, reported per lesson."""
