"""Runs the ebb that lies beside this file."""

import os
import sys


def main() -> None:
    binary = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bin", "ebb")
    try:
        # The binary takes the place of Python: signals, terminal and exit code are its own.
        os.execv(binary, ["ebb", *sys.argv[1:]])
    except OSError as error:
        sys.exit(f"✘ {binary} could not be started: {error.strerror}")


if __name__ == "__main__":
    main()
