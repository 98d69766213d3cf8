"""The queue, the jobs in it, and the scheduler that fills it."""
