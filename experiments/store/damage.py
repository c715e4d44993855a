"""What is said of a file that cannot be trusted."""

from __future__ import annotations

from pathlib import Path


class Damaged(Exception):
    """A file of a run that is not what it should be, in words for people.

    Parameters
    ----------
    place : Path or str
        The file.
    wrong : str
        What is wrong with it.
    repair : str
        What to do.

    Examples
    --------
    >>> print(Damaged("r0003.rep", "is cut short: 12 of 4,096 bytes", "run the command again"))
    r0003.rep: is cut short: 12 of 4,096 bytes - run the command again
    """

    def __init__(self, place: Path | str, wrong: str, repair: str) -> None:
        super().__init__(f"{place}: {wrong} - {repair}")
        self.place = str(place)
        self.wrong = wrong
        self.repair = repair

    def __reduce__(self) -> tuple[type[Damaged], tuple[str, str, str]]:
        """Keep its parts on the way from one process to another."""
        return type(self), (self.place, self.wrong, self.repair)


class Foreign(Damaged):
    """A file that may be sound, but of another version, another kind or another run than is expected in its place."""
