"""The process that works on a run: is it still there?"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

Life = Literal["alive", "gone", "elsewhere"]


@dataclass(frozen=True)
class Process:
    """A process of this or of another machine.

    Parameters
    ----------
    host : str
        Name of the machine.
    number : int
        Its id there.
    born : str
        When it began, as the system counts it: ids are used again, also after a restart. Empty where it is not known.
    """

    host: str
    number: int
    born: str

    @classmethod
    def own(cls) -> Process:
        """This one."""
        return cls(platform.node(), os.getpid(), _born(os.getpid()))

    @property
    def life(self) -> Life:
        """Whether it still lives; of another machine nobody can say from here.

        Examples
        --------
        >>> Process.own().life
        'alive'
        """
        if self.host != platform.node():
            return "elsewhere"
        if self.number == os.getpid():
            return "alive" if self.born == _born(self.number) else "gone"
        if not _exists(self.number):
            return "gone"
        born = _born(self.number)
        return "gone" if self.born and born != self.born else "alive"

    def facts(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {"host": self.host, "process": self.number, "born": self.born}

    @classmethod
    def of(cls, document: object) -> Process:
        """Read what `facts` wrote.

        Raises
        ------
        ValueError
            It is something else.
        """
        if not isinstance(document, Mapping):
            raise ValueError("a process is not a mapping")
        host, number, born = (document.get(name) for name in ("host", "process", "born"))
        # 0 and negative ids mean groups of processes to the system
        if not isinstance(host, str) or type(number) is not int or not 0 < number < 2**31 or not isinstance(born, str):
            raise ValueError("a process has no host, id and time of birth")
        return cls(host, number, born)


def _born(number: int) -> str:
    """Boot of the machine and ticks since then; empty where the system does not tell, or the process has ended."""
    try:
        text = Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    fields = text.rpartition(")")[2].split()  # the name before it may hold anything (proc(5), /proc/pid/stat)
    if len(fields) < 20 or fields[0] in "ZX":  # a zombie does nothing any more
        return ""
    return f"{_boot()}-{fields[19]}"


@cache
def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()[:8]
    except (OSError, ValueError):
        return ""


def _exists(number: int) -> bool:
    """Whether a process of this id lives on this machine."""
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        handle = kernel.OpenProcess(0x1000, False, number)  # PROCESS_QUERY_LIMITED_INFORMATION
        if not handle:
            return False
        code = ctypes.c_ulong()
        known = kernel.GetExitCodeProcess(handle, ctypes.byref(code))
        kernel.CloseHandle(handle)
        return bool(known) and code.value == 259  # STILL_ACTIVE
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
