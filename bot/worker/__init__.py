"""The task queue, its jobs, and the scheduler that adds daily runs."""
