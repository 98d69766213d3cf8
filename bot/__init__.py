"""Everything that runs: command line, store, scheduler, queue and chat platforms."""
