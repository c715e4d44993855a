"""What a run is asked to do, as a file that its process reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Request:
    """A base alone, or policies on it, so many times.

    Parameters
    ----------
    base : str
        File of the scenario.
    policies : tuple of str
        Files of policies; none: the base alone.
    replications : int
        Histories of each.
    out : str
        Root of the runs.
    seed : int
        Root of all luck.
    """

    base: str
    policies: tuple[str, ...]
    replications: int
    out: str
    seed: int = 1

    def content(self) -> bytes:
        """The file.

        Examples
        --------
        >>> one = Request("desk.yaml", ("night.yaml",), 20, "runs")
        >>> Request.of(one.content()) == one
        True
        """
        return json.dumps(asdict(self), ensure_ascii=False).encode()

    @classmethod
    def of(cls, content: bytes) -> Request:
        """Read what `content` wrote."""
        told: Mapping[str, Any] = json.loads(content)
        return cls(
            str(told["base"]),
            tuple(str(p) for p in told["policies"]),
            int(told["replications"]),
            str(told["out"]),
            int(told["seed"]),
        )

    def command(self) -> list[str]:
        """Words of the command line that do the same."""
        how = ["--replications", str(self.replications), "--seed", str(self.seed)]
        if not self.policies:
            return ["aftersim", "run", self.base, *how]
        return ["aftersim", "compare", "--on", self.base, *self.policies, "--skip-inapplicable", *how]
