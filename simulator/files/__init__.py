"""Read and write files of events and results."""
