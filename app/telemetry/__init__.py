"""The numbers of running lessons: data used, the last minutes, statistics and /metrics."""
