"""Rules that hold a sentence against its quotation, one kind of difference a module."""
