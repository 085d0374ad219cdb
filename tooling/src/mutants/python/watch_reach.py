"""Runs a port and notes which lines of it each message reaches, into the file that WCP_MUTANTS_REACHED names."""

import json
import os
import runpy
import sys
from pathlib import Path
from typing import Any, Iterator

PORT = Path(sys.argv[1]).resolve()
SOURCES = {str(path): path.name for path in PORT.parent.glob("*.py")}


class Watch:
    """The lines that are reached, by what was going on: first the start of the program, then each message."""

    def __init__(self) -> None:
        self.numbers: dict[tuple[str, int], int] = {}
        self.periods: list[list[int]] = []
        self.reached: set[int] = set()

    def trace(self, frame: Any, event: str, _: Any) -> Any:
        """The trace function of the interpreter: it follows the sources of the port alone."""
        name = SOURCES.get(frame.f_code.co_filename)
        if name is None:
            return None
        if event == "line":
            self.reached.add(self.numbers.setdefault((name, frame.f_lineno), len(self.numbers)))
        return self.trace

    def end_period(self) -> None:
        """What is reached from now on belongs to the next message."""
        self.periods.append(sorted(self.reached))
        self.reached.clear()


class WatchedInput:
    """Standard input, whose lines divide the time."""

    def __init__(self, watch: Watch) -> None:
        self.buffer, self.watch = self, watch

    def __iter__(self) -> Iterator[bytes]:
        for line in sys.__stdin__.buffer:
            self.watch.end_period()
            yield line


def main() -> None:
    """Runs the port to its end, then writes what was reached."""
    watch = Watch()
    sys.stdin, sys.path[0], sys.argv = WatchedInput(watch), str(PORT.parent), [str(PORT)]
    sys.settrace(watch.trace)
    try:
        runpy.run_path(str(PORT), run_name="__main__")
    finally:
        sys.settrace(None)
        watch.end_period()
    result = {"lines": [*watch.numbers], "periods": watch.periods}
    Path(os.environ["WCP_MUTANTS_REACHED"]).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main()
