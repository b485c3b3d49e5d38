"""The link test before a lesson: what a school's network lets through, and how good it is."""
