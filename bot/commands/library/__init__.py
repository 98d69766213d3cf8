"""What a team has seen and saved: lists, files to cite with, Zotero."""
