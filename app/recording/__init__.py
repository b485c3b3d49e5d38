"""Recording: crash-readable segments while a lesson runs, seekable files after it.

The recorder is its own process (`recorder.py`); the app reaches it through `port.Recorder`.
"""
