"""Lists the mutants of Python sources, and the places by which reach is counted, as JSON. Standard library only."""

import ast
import json
import sys
from pathlib import Path
from typing import Any, Iterator

from operators import Change, changes

Json = dict[str, Any]
SKIPPED_FIELDS = {"annotation", "returns", "decorator_list", "format_spec"}


class Text:
    """A source, with the offsets of its nodes in UTF-16 code units, as the caller counts."""

    def __init__(self, code: str) -> None:
        self.lines = code.splitlines(keepends=True)
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + units(line))

    def offset(self, line: int, byte: int) -> int:
        return self.starts[line - 1] + units(self.lines[line - 1].encode()[:byte].decode())

    def span(self, node: Any) -> tuple[int, int]:
        return (self.offset(node.lineno, node.col_offset), self.offset(node.end_lineno, node.end_col_offset))


def units(text: str) -> int:
    """The length of a text in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def walk(node: ast.AST, around: tuple[ast.AST, ...] = ()) -> Iterator[tuple[ast.AST, tuple[ast.AST, ...]]]:
    """Every node with those around it, the nearest first; annotations are left out, for nothing runs them."""
    yield node, around
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and field not in SKIPPED_FIELDS:
                yield from walk(child, (node, *around))


def list_mutants(code: str) -> Iterator[Json]:
    """The mutants of a source in the order of its tree."""
    text = Text(code)
    for node, around in walk(ast.parse(code)):
        for change in (change for change in changes(node, around) if change.code != ast.unparse(node)):
            yield describe(change, node, around, text)


def describe(change: Change, node: Any, around: tuple[ast.AST, ...], text: Text) -> Json:
    """A mutant as the caller reads it. What stands in an f-string is written again with all of that."""
    host = next((each for each in reversed(around) if isinstance(each, ast.JoinedStr)), node)
    start, end = text.span(host)
    place = change.place if change.place is not None and host is node else host
    nodes = (node, *around) if change.place is None else (change.place, node, *around)
    line, left_out = text.lines[place.lineno - 1], change.left_out
    return {
        "line": place.lineno, "column": units(line.encode()[:place.col_offset].decode()) + 1,
        "original": line.strip(), "operator": change.operator, "before": left_out or ast.unparse(node),
        "after": None if left_out else change.code, "start": start, "end": end,
        "replacement": rewritten(change, node, around, host), "is_message": is_message(nodes)}


def rewritten(change: Change, node: Any, around: tuple[ast.AST, ...], host: Any) -> str:
    """The code that takes the place of a node, or of the f-string around it."""
    if host is node:
        return change.code if isinstance(node, ast.stmt) else f"({change.code})"
    new = ast.parse(change.code, mode="eval").body
    for field, value in ast.iter_fields(around[0]):
        if value is node or isinstance(value, list) and node in value:
            setattr(around[0], field, new if value is node else [new if item is node else item for item in value])
            code = ast.unparse(host)
            setattr(around[0], field, value)
            return f"({code})"
    raise AssertionError(f"{ast.dump(node)} is not in the node around it")


def is_message(nodes: tuple[ast.AST, ...]) -> bool:
    """Whether a node is part of a message's text: the member of an object, or the argument of an error."""
    for inner, outer in zip(nodes, nodes[1:]):
        if isinstance(outer, ast.Dict) and inner in outer.values:
            key = outer.keys[outer.values.index(inner)]
            if isinstance(key, ast.Constant) and key.value == "message":
                return True
        if isinstance(outer, ast.Call) and inner in outer.args and ast.unparse(outer.func).endswith("Error"):
            return True
    return False


def list_places(code: str) -> Iterator[Json]:
    """The statements of a source; `first` and `last` are the lines of a statement without those inside of it."""
    text = Text(code)
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.stmt):
            start, end = text.span(node)
            inner = [child.lineno for child in ast.walk(node) if isinstance(child, ast.stmt) and child is not node]
            last = max(node.lineno, min(inner) - 1) if inner else node.end_lineno
            yield {"start": start, "end": end, "first": node.lineno, "last": last}


def main() -> None:
    """Lists what the files hold that are named as arguments, one after the other."""
    sources = [Path(name).read_bytes().decode() for name in sys.argv[1:]]
    print(json.dumps([{"mutants": [*list_mutants(code)], "places": [*list_places(code)]} for code in sources]))


if __name__ == "__main__":
    main()
