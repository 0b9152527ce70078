"""On what kind of file system a path is: some never tell of changes, some hold nothing written."""

from __future__ import annotations

import os

_SILENT = ("nfs", "cifs", "smb", "fuse", "9p", "afs", "ceph", "gluster", "lustre", "vboxsf", "virtiofs", "drvfs")
_MADE_UP = {
    *("proc", "sysfs", "devpts", "devtmpfs", "cgroup", "cgroup2", "cpuset", "debugfs", "tracefs", "securityfs"),
    *("configfs", "bpf", "pstore", "mqueue", "hugetlbfs", "binfmt_misc", "efivarfs", "fusectl", "selinuxfs"),
    *("rpc_pipefs", "nsfs"),
}
_TABLE = "/proc/self/mountinfo"


def silent_kind(path: str, table: str = _TABLE) -> str:
    """`nfs4`, `fuse.sshfs`, …: a file system without notifications; empty where there are some, or nobody knows."""
    kind = _kind(os.path.realpath(path), table)
    return kind if kind.startswith(_SILENT) else ""


def made_up_kind(device: int, table: str = _TABLE) -> str:
    """`proc`, `sysfs`, …: what the system makes up as one looks; empty for real files, or where nobody knows."""
    number = f"{os.major(device)}:{os.minor(device)}"
    return next((kind for _, kind, found in _mounts(table) if found == number and kind in _MADE_UP), "")


def _kind(path: str, table: str) -> str:
    """The type of the mount that holds the path: of all above it the longest, the last where two are equal."""
    best, kind = "", ""
    for point, found, _ in _mounts(table):
        if (path == point or path.startswith(point.rstrip("/") + "/")) and len(point) >= len(best):
            best, kind = point, found
    return kind


def _mounts(table: str) -> list[tuple[str, str, str]]:
    """Mount point, type and device number: `36 35 98:0 /root /mount/point rw,noatime master:1 - ext3 /dev/root rw`."""
    try:
        with open(table, encoding="utf-8", errors="surrogateescape") as lines:
            parts = [line.partition(" - ") for line in lines]
    except OSError:
        return []  # not Linux
    fields = [(left.split(" "), right.split(" ")) for left, _, right in parts if right]
    return [(_unescaped(left[4]), right[0], left[2]) for left, right in fields]


def _unescaped(point: str) -> str:
    r"""Blanks stand as `\040`."""
    for code, plain in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        point = point.replace(code, plain)
    return point
