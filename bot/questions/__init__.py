"""From what a person says to a checked answer in its place."""
