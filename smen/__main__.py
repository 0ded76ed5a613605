"""``python -m smen`` does what ``smen`` does."""

from smen.cli import main

if __name__ == "__main__":
    main()
