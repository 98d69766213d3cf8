"""`python -m bot`: the same as `paperboy`."""

from bot.cli.main import run_process

if __name__ == "__main__":
    run_process()
