"""Where the messages of a command go."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

from smen.errors import OutputError

if TYPE_CHECKING:
    from pathlib import Path


def start_log(file: Path | None, prefix: str, *, errors_in_file: bool = False) -> None:
    """Send messages to the terminal, each after a prefix, and with time and level to the log file.

    Args:
        file: the log file; its folder is made. None: the terminal alone.
        prefix: of each message on the terminal.
        errors_in_file: whether errors go to the log file alone, because the workflow says them once at its end.

    Raises:
        OutputError: the log file cannot be written.
    """
    terminal = logging.StreamHandler(sys.stderr)
    terminal.setFormatter(logging.Formatter(f"{prefix}: %(message)s"))
    if errors_in_file and file is not None:
        terminal.addFilter(lambda record: record.levelno < logging.ERROR)
    logger = logging.getLogger("smen")
    logger.setLevel(logging.INFO)
    logger.addHandler(terminal)
    if file is not None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            to_file = logging.FileHandler(file, mode="w", encoding="utf-8")
        except OSError as error:
            raise OutputError(
                f"the log {file} cannot be written: {error.strerror}. Make its folder writable, or leave --log out"
            ) from error
        to_file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        logger.addHandler(to_file)
        logging.captureWarnings(True)
        logging.getLogger("py.warnings").addHandler(to_file)
