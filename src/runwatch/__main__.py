"""`python -m runwatch`, the same as the command `runwatch`."""

from runwatch.cli import main

if __name__ == "__main__":
    main()
