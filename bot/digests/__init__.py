"""The daily digest: made once, delivered once, shown as cards."""
