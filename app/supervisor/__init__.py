"""`serve`: starts the app, the engines, the recorder and the simulated classrooms, and starts again what ends.

No web framework and no database in this process: it must outlive the others.
"""
