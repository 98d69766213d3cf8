"""Work in progress: runs, deliveries, deaths of workers, digests made ahead."""
