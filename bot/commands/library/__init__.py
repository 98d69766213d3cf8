"""Shows, compares and exports what a team has seen and saved."""
