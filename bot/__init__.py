"""Everything that runs: the command line, the store, the clock, the queue, and the channels digests are delivered to."""
