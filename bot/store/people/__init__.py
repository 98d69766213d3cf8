"""What people left: votes and saves, who follows what, and forgetting it."""
