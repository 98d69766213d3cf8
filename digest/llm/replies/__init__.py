"""What is made of a reply: parsed, checked, marked. Pure."""
