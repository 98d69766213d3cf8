"""Tells people who wait how their work goes on, how it ends, or that it was interrupted."""
