"""Signs what platforms carry for us, and encrypts the keys of other services. Pure."""
