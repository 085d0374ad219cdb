"""The hash of a worker package, and manifests (sections 8.4 and 8.5)."""

import hashlib
import hmac
import re
from typing import Any

from wcp_ed25519 import read_base64
from wcp_json import Json, canonical

LEFT_OUT = {"manifest.json", "manifest.sig", "manifest.tmp"}
SIGNED = ("schema_version", "worker_id", "worker_species_id", "worker_version", "package_hash", "built_at_utc",
          "build_source")
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


def read_path(path: Any) -> str | None:
    """Read the path of a file, or nothing where it is left out; LookupError where it is wrong."""
    parts = path.split("/") if isinstance(path, str) else []
    if not parts or set(parts) & {"", ".", ".."}:
        raise LookupError("PACKAGE_INVALID")
    if path in LEFT_OUT or parts[0] == ".git" and len(parts) > 1:
        return None
    if "\\" in path or CONTROL.search(path) or re.search("[\ud800-\udfff]", path):
        raise LookupError("PACKAGE_INVALID")
    return path


def hash_package(files: list[Json]) -> str:
    """Hash a package (WCP-8-53)."""
    lines: dict[bytes, bytes] = {}
    for file in files:
        path = read_path(file.get("path"))
        if path is None:
            continue
        content, name = read_base64(file.get("content_base64")), path.encode()
        if content is None or name in lines:
            raise LookupError("PACKAGE_INVALID")
        lines[name] = b"%s\n%d\n%s\n" % (name, len(content), hashlib.sha256(content).hexdigest().encode())
    if not lines:
        raise LookupError("PACKAGE_INVALID")
    return "sha256:" + hashlib.sha256(b"".join(lines[name] for name in sorted(lines))).hexdigest()


def package_hash(given: Json) -> Json:
    """The operation `package_hash`."""
    return {"package_hash": hash_package(given["files"])}


def verify_manifest(given: Json) -> Json:
    """The operation `verify_manifest`: the first check that fails gives the code."""
    code = judge_manifest(given.get("manifest"), given)
    return {"ok": code is None, "deny_code": code}


def judge_manifest(manifest: Any, given: Json) -> str | None:
    """Make the checks of 8.5 in their order."""
    if not isinstance(manifest, dict):
        return "ATTEST_MANIFEST_MISSING"
    if any(manifest.get(name) != given[name] for name in ("worker_id", "worker_species_id")):
        return "ATTEST_MANIFEST_ID_MISMATCH"
    stated, found = manifest.get("package_hash"), hash_package(given["files"])
    if stated not in (found, found.removeprefix("sha256:")):
        return "ATTEST_HASH_MISMATCH"
    signature, key = manifest.get("signature_hmac_sha256"), given.get("hmac_key")
    if signature in (None, "") or not key:
        return "ATTEST_SIGNATURE_MISSING"
    members = {name: manifest.get(name) for name in SIGNED}
    formed = manifest.get("schema_version") == "awp.v1" and all(isinstance(text, str) for text in members.values())
    return None if formed and signature == hmac_of(members, key) else "ATTEST_SIG_INVALID"


def hmac_of(members: Json, key: str) -> str | None:
    """Sign the members (WCP-8-67), or nothing where they have no canonical JSON."""
    try:
        return hmac.new(key.encode(), canonical(members).encode(), hashlib.sha256).hexdigest()
    except ValueError:
        return None
