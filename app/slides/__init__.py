"""Slides and materials of a lesson: files that the lead uploads, split into pages that screens show."""
