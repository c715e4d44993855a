"""A faultless network to spoil, and what the checks say about it."""

from __future__ import annotations

import pytest

from sim.machine import (
    Attribute,
    Constant,
    Duty,
    NetworkBuilder,
    NetworkProblems,
    Server,
)


def sound() -> NetworkBuilder:
    """A network without any fault: `ask` by the counted `desk`, then `mail` by the named `team`."""
    b = NetworkBuilder("sound", end=100)
    b.recorded("in", to="ask", times=[0, 1], columns={"need": [1, 2]})
    b.work("ask", served_by="desk", size=Attribute("need"), patience=Constant(3))
    b.work("mail", served_by="team", size=Constant(1))
    b.counted("desk", 1)
    b.named("team", [Server("ann", (Duty(0, 50),))])
    b.route("ask", "done", "mail")
    return b


def problems(b: NetworkBuilder) -> tuple[str, ...]:
    """Everything that is wrong; a test fails if nothing is."""
    with pytest.raises(NetworkProblems) as caught:
        b.build()
    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


def only(b: NetworkBuilder) -> str:
    """The one thing that is wrong."""
    found = problems(b)
    assert len(found) == 1, found
    return found[0]
