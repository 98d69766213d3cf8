"""Finds, shows and exports what a team was shown, asked and saved."""
