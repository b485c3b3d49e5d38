"""Media engines: the port, the embedded engine and its transport."""
