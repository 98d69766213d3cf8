"""What operators and channels set: read, judged by shape, told when wrong."""
