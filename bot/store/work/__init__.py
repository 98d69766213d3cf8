"""Work in progress: runs, deliveries, their leases, deaths of workers, digests made ahead."""
