"""`python -m runwatch`, the same as the command `runwatch`."""

from runwatch.cli import run

if __name__ == "__main__":
    run()
