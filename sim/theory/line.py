"""What the steady state of one line in front of equal servers looks like: one record for all formulas."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LineMeasures:
    """Steady-state measures of one first-come first-served line in front of equal servers.

    Every share and every mean is *per arriving job* unless its name says otherwise: a blocked job counts
    with wait 0, and arrived = served + abandoned + blocked. Time is in the unit of the arguments.

    Where a question has no subject the record still holds a number that a search over the number of
    servers can use: with no servers the offered wait is infinite, so `asa` is ``inf`` and every share
    answered in time is 0; without arrivals the shares are those of a single job that comes by.
    A line that grows without bound has infinite waits and ``p_served`` below 1 without anyone abandoning.

    Attributes
    ----------
    arrival_rate : float
        Arriving jobs per time unit, blocked ones included.
    servers : int
        Number of jobs that can be in service at once.
    offered_load : float
        Arrival rate times mean service [Erlang].
    awt : float
        Acceptable waiting time that the fields with `within` and `longer` refer to.
    p_wait : float
        Share that finds no free server and is not blocked (offered wait above 0), those who then leave at
        once included.
    p_blocked : float
        Share refused because the line was full.
    p_abandoned : float
        Share that leaves the line unserved.
    p_served : float
        Share served.
    mean_wait : float
        Mean wait of all arriving jobs, served or not.
    asa : float
        Mean wait of the *served* jobs only (average speed of answer).
    mean_line : float
        Mean number of jobs waiting.
    mean_busy : float
        Mean number of jobs in service.
    p_served_within : float
        Share served after a wait of at most `awt`.
    p_abandoned_within : float
        Share that left the line after a wait of at most `awt`.
    p_wait_longer : float
        Share whose wait, served or not, exceeds `awt`.
    excess_wait : float
        Mean of the part of the wait beyond `awt`.

    Examples
    --------
    The four service levels on 1000 answered (860 within the limit) and 60 abandoned (20 within it):

    >>> day = LineMeasures(arrival_rate=1060, servers=1, offered_load=1, awt=20, p_wait=0.5, p_blocked=0,
    ...     p_abandoned=60 / 1060, p_served=1000 / 1060, mean_wait=0, asa=0, mean_line=0, mean_busy=0,
    ...     p_served_within=860 / 1060, p_abandoned_within=20 / 1060, p_wait_longer=0, excess_wait=0)
    >>> [round(100 * day.service_level(variant), 1) for variant in "ABCD"]
    [82.7, 83.0, 81.1, 86.0]
    """

    arrival_rate: float
    servers: int
    offered_load: float
    awt: float
    p_wait: float
    p_blocked: float
    p_abandoned: float
    p_served: float
    mean_wait: float
    asa: float
    mean_line: float
    mean_busy: float
    p_served_within: float
    p_abandoned_within: float
    p_wait_longer: float
    excess_wait: float

    @property
    def p_immediate(self) -> float:
        """Share that starts service on arrival."""
        return max(0.0, 1.0 - self.p_wait - self.p_blocked)

    @property
    def occupancy(self) -> float:
        """Share of the servers' time spent in service; 0 without servers."""
        return self.mean_busy / self.servers if self.servers else 0.0

    @property
    def mean_jobs(self) -> float:
        """Mean number of jobs waiting or in service."""
        return self.mean_line + self.mean_busy

    @property
    def service_level_a(self) -> float:
        """SL-A (default): answered within `awt` / (arrivals - abandoned within `awt`)."""
        return _share(self.p_served_within, 1.0 - self.p_abandoned_within)

    @property
    def service_level_b(self) -> float:
        """SL-B: (answered + abandoned within `awt`) / arrivals."""
        return self.p_served_within + self.p_abandoned_within

    @property
    def service_level_c(self) -> float:
        """SL-C: answered within `awt` / arrivals."""
        return self.p_served_within

    @property
    def service_level_d(self) -> float:
        """SL-D: answered within `awt` / answered."""
        return _share(self.p_served_within, self.p_served)

    def service_level(self, variant: str = "A") -> float:
        """Service level of one variant, "A", "B", "C" or "D".

        Raises
        ------
        ValueError
            If there is no such variant.
        """
        levels = {
            "A": self.service_level_a,
            "B": self.service_level_b,
            "C": self.service_level_c,
            "D": self.service_level_d,
        }
        if variant not in levels:
            raise ValueError(f"variant: got {variant!r}; it must be one of 'A', 'B', 'C', 'D'")
        return levels[variant]


def _share(part: float, whole: float) -> float:
    """Part of a whole, at most 1; a share of nothing is 0."""
    return min(1.0, part / whole) if whole > 0.0 else 0.0
