"""Recorded logs: contacts that came at known times, with what was recorded about them."""

from __future__ import annotations

from sim.scenario.model.period import Frozen


class Attribute(Frozen):
    """A recorded column.

    Parameters
    ----------
    name : name of the attribute in the scenario.
    column : name of the column in the file.
    categories : for a column of text, its distinct values sorted; value i of the attribute means
        ``categories[i]``. None for a column of numbers.
    values : one number per kept row: the number itself, or the index of the category.
    """

    name: str
    column: str
    categories: tuple[str, ...] | None
    values: tuple[float, ...]

    def code(self, text: str) -> float | None:
        """Give the number that stands for a value as written, or None if no row can have it."""
        if self.categories is not None:
            return float(self.categories.index(text)) if text in self.categories else None
        try:
            return float(text)
        except ValueError:
            return None


class Log(Frozen):
    """Recorded births of contacts.

    Parameters
    ----------
    file : absolute path of the table the rows came from.
    arrived : its column of arrival times.
    unit : None for local date-times; ``s`` or ``min`` for numbers counted from the scenario's start.
    times : arrival times of the kept rows, ascending [min since start], within [-warm_up, length).
    first_row : number of the first kept row among the data rows of the file, from 0 (rows are kept in one run).
    n_before, n_after : rows dropped because they lie before the warm-up or after the period.
    attributes : recorded columns, at most 8.
    """

    file: str
    arrived: str
    unit: str | None
    times: tuple[float, ...]
    first_row: int
    n_before: int
    n_after: int
    attributes: tuple[Attribute, ...]

    def attribute(self, name: str) -> Attribute | None:
        """Give an attribute by name, or None."""
        return next((a for a in self.attributes if a.name == name), None)
