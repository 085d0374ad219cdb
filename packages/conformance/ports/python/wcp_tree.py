"""The tree of a log: roots, proofs and tiles (sections 8.3 and 8.10)."""

import hashlib
from typing import Any

from wcp_json import Json
from wcp_log import is_count, root


def leaf_hash(data: bytes) -> bytes:
    """Hash a leaf (WCP-8-41)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash an inner node (WCP-8-42)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(size: int) -> int:
    """Return the size of the left part of a tree: the largest power of two below its size."""
    return 1 << (size - 1).bit_length() - 1


def inclusion(leaves: list[bytes], index: int) -> list[bytes]:
    """Make an inclusion proof (RFC 9162, 2.1.3.1)."""
    if len(leaves) < 2:
        return []
    half = split(len(leaves))
    if index < half:
        return inclusion(leaves[:half], index) + [root(leaves[half:])]
    return inclusion(leaves[half:], index - half) + [root(leaves[:half])]


def consistency(leaves: list[bytes], first: int, whole: bool = True) -> list[bytes]:
    """Make a consistency proof (RFC 9162, 2.1.4.1)."""
    if first == len(leaves):
        return [] if whole else [root(leaves)]
    half = split(len(leaves))
    if first <= half:
        return consistency(leaves[:half], first, whole) + [root(leaves[half:])]
    return consistency(leaves[half:], first - half, False) + [root(leaves[:half])]


def included(leaf: bytes, index: int, size: int, path: list[bytes], head: bytes) -> bool:
    """Verify an inclusion proof (RFC 9162, 2.1.3.2)."""
    last, found = size - 1, leaf_hash(leaf)
    for sibling in path:
        if last == 0:
            return False
        if index % 2 or index == last:
            found = node_hash(sibling, found)
            while not index % 2 and index:
                index, last = index // 2, last // 2
        else:
            found = node_hash(found, sibling)
        index, last = index // 2, last // 2
    return last == 0 and found == head


def written(data: bytes) -> str:
    """Write a hash (WCP-8-47)."""
    return f"sha256:{data.hex()}"


def tile_path(level: Any, index: int, width: int) -> str:
    """Name a file of tiles (8.10)."""
    digits = f"{index % 1000:03d}"
    while index := index // 1000:
        digits = f"x{index % 1000:03d}/{digits}"
    return f"tile/{level}/{digits}" + (f".p/{width}" if width < 256 else "")


def tiles(leaves: list[bytes]) -> list[Json]:
    """List the files of tiles of a tree with their hashes (WCP-8-265)."""
    bundles = [len(leaf).to_bytes(2, "big") + leaf for leaf in leaves]
    hashes, level, found = [leaf_hash(leaf) for leaf in leaves], 0, []

    def add(name: Any, parts: list[bytes]) -> None:
        for start in range(0, len(parts), 256):
            some = parts[start:start + 256]
            digest = written(hashlib.sha256(b"".join(some)).digest())
            found.append({"path": tile_path(name, start // 256, len(some)), "sha256": digest})

    add("entries", bundles)
    while hashes:
        add(level, hashes)
        full = len(hashes) - len(hashes) % 256
        hashes, level = [root(hashes[start:start + 256]) for start in range(0, full, 256)], level + 1
    return found


def count(value: Any, least: int, most: int) -> int:
    """Read a number within a range; LookupError where it is none (WCP-8-50)."""
    if not is_count(value) or not least <= value <= most:
        raise LookupError("MERKLE_RANGE")
    return int(value)


def operate(leaves: list[bytes], op: Json) -> Json:
    """Answer one operation on a tree."""
    name, whole = op.get("op"), len(leaves)
    if name == "consistency":
        second = count(op.get("second", whole), 0, whole)
        first = count(op.get("first"), 1, second)
        proof = consistency([leaf_hash(leaf) for leaf in leaves[:second]], first)
        return {"proof": [written(node) for node in proof]}
    if name not in ("root", "inclusion", "tiles"):
        raise LookupError("MERKLE_OP_UNKNOWN")
    leaves = leaves[:count(op.get("size", whole), 0, whole)]
    if name == "tiles":
        return {"tiles": tiles(leaves)}
    hashes = [leaf_hash(leaf) for leaf in leaves]
    if name == "root":
        return {"root": written(root(hashes))}
    return {"proof": [written(node) for node in inclusion(hashes, count(op.get("index"), 0, len(hashes) - 1))]}


def merkle(given: Json) -> Json:
    """The operation `merkle` (8.3)."""
    leaves = [leaf.encode() for leaf in given["leaves"]]
    return {"results": [operate(leaves, op) for op in given["ops"]]}
