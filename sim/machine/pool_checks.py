"""Checks of pools and servers (rules 2.11, 8.2 and 8.8)."""

from __future__ import annotations

from collections import Counter
from math import inf

import numpy as np

from sim.machine.checking import Checking
from sim.machine.pools import ENDS_OF_DUTY, JOB_CHOICES, SERVER_CHOICES, CountedPool, NamedPool, Server


class PoolChecks(Checking):
    """Who serves."""

    def pool(self, p: CountedPool | NamedPool) -> None:
        """Rule 2.11."""
        where = f"pool {p.name}"
        if not any(e.pool == p.name for w in self.n.works for e in w.edges):
            self.warnings.append(f"{where}: no step is served by it")
        if p.job_choice not in JOB_CHOICES:
            self.say(f"{where}: job_choice {p.job_choice!r} is unknown; one of {', '.join(JOB_CHOICES)} is expected")
        if p.end_of_duty not in ENDS_OF_DUTY:
            self.say(f"{where}: end_of_duty {p.end_of_duty!r} is unknown; one of {', '.join(ENDS_OF_DUTY)} is expected")
        if isinstance(p, CountedPool):
            if not np.all(p.servers.values >= 0.0) or not np.all(np.isfinite(p.servers.values)):
                self.say(f"{where}: the number of servers must be at least 0 and finite")
            if p.end_of_duty == "pause":
                self.say(f"{where}: 'pause' is for named pools; people of a counted pool have no identity")
            return
        if p.server_choice not in SERVER_CHOICES:
            self.say(
                f"{where}: server_choice {p.server_choice!r} is unknown; one of {', '.join(SERVER_CHOICES)} is expected"
            )
        if not p.slots >= 1:
            self.say(f"{where}: slots {p.slots} must be at least 1")
        if p.curve and (len(p.curve) != p.slots or not all(0.0 < c < inf for c in p.curve)):
            self.say(f"{where}: the speed curve needs {p.slots} positive numbers, one per open unit")
        for name, count in Counter(s.name for s in p.servers).items():
            if count > 1:
                self.say(f"{where}: server {name!r} is given {count} times; names must be unique")
        self.learning(p)
        for s in p.servers:
            self.server(f"{where}, server {s.name}", s)

    def learning(self, p: NamedPool) -> None:
        """Rule 8.8."""
        where = f"pool {p.name}, learning"
        if not p.learning:
            return
        if p.learning[0][0] != 0:
            self.say(f"{where}: the first pair is for {p.learning[0][0]} jobs; it must be for 0")
        last = -1.0
        for jobs, _ in p.learning:
            if not (jobs > last and jobs < inf and jobs == int(jobs)):
                self.say(f"{where}: {jobs} jobs; whole numbers that rise are expected")
                break
            last = jobs
        for _, factor in p.learning:
            if not 0.0 < factor < inf:
                self.say(f"{where}: factor {factor} must be positive and finite")

    def server(self, at: str, s: Server) -> None:
        """A named server."""
        if not (0 <= s.done < inf and s.done == int(s.done)):
            self.say(f"{at}: done {s.done} must be a whole number of at least 0")
        if not 0.0 < s.speed < inf:
            self.say(f"{at}: speed {s.speed} must be positive and finite")
        last = -inf
        for d in s.duties:
            if not d.begin < d.end or not -inf < d.begin or not d.end < inf:
                self.say(f"{at}: duty [{d.begin:g}, {d.end:g}) is empty or not finite")
            elif d.begin < last:
                self.say(f"{at}: duty [{d.begin:g}, {d.end:g}) overlaps or precedes the one before it")
            last = d.end
            if not 0.0 < d.speed < inf:
                self.say(f"{at}: duty speed {d.speed} must be positive and finite")
            self.share(f"{at}, presence", d.presence)
            if d.switch is not None:
                self.unknown(at, "switch", d.switch, [s.name for s in self.n.switches])
        last = -inf
        for b in s.breaks:
            if not 0.0 < b.length < inf or not -inf < b.begin < inf or b.kind not in ("fixed", "whole"):
                self.say(f"{at}: break at {b.begin:g} needs a positive length and kind fixed or whole")
            elif b.begin < last:
                self.say(f"{at}: break at {b.begin:g} overlaps or precedes the one before it")
            last = b.begin + b.length
