"""Reports faults to the admins and late digests to the channel."""
