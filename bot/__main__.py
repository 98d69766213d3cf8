"""`python -m bot`: the same as `paperboy`."""

from bot.cli.main import main

main()
