"""Where jobs can go: endless loops, cycles without time or rounds, steps nobody reaches, attributes nobody sets.

Part of the structural checks (rules 2.4, 2.9 and 3.5), for a network whose names are all known.
"""

from __future__ import annotations

from collections.abc import Iterator

from sim.machine.laws import Constant, Law
from sim.machine.network import Network
from sim.machine.predictor import Predictor
from sim.machine.steps import Anchor, Clause, Delay, Exit, Work
from sim.machine.streams import RecordedStream


class Flow:
    """The ways of a network, with what is wrong or odd about them.

    Attributes
    ----------
    problems, warnings : list of str
        One sentence each.
    """

    def __init__(self, network: Network) -> None:
        self.n = network
        self.problems: list[str] = []
        self.warnings: list[str] = []
        self._look()

    def say(self, text: str) -> None:
        """Add a problem."""
        self.problems.append(text)

    def _look(self) -> None:
        """Loops that cannot end, loops without time or rounds, steps nobody reaches, attributes nobody sets."""
        n = self.n
        moves: dict[str, list[tuple[str | None, Clause | None]]] = {s.name: [] for s in n.steps}
        births: dict[str, set[str]] = {s.name: set() for s in n.steps}
        for step in n.steps:
            for exit_ in self.exits(step):
                open_end = True
                for c in n.routes.get((step.name, exit_), ()):
                    if c.probability == 0.0:
                        continue
                    births[step.name].update(s.to for s in c.spawn)
                    if not c.go_on:
                        moves[step.name].append((c.to, c))
                        if c.probability == 1.0 and not c.when:
                            open_end = False
                            break
                if open_end:
                    moves[step.name].append((None, None))
        for w in n.watches:
            for step in n.steps:
                if w.to is not None:
                    moves[step.name].append((w.to, Clause(w.name, to=w.to, again=True)))
                births[step.name].update(s.to for s in w.spawn)
        can_end = {name for name, m in moves.items() if any(to is None for to, _ in m)}
        grown = True
        while grown:
            more = {name for name, m in moves.items() if any(to in can_end for to, _ in m)} - can_end
            can_end |= more
            grown = bool(more)
        for name in moves:
            if name not in can_end:
                self.problems.append(
                    f"step {name}: a loop that cannot end; no exit on the way leads out of the network"
                )
        plain = {
            name: {to for to, c in m if to is not None and c is not None and not c.again} for name, m in moves.items()
        }
        routed = {name: set(to) for name, to in plain.items()}
        for w in n.watches:
            if w.to is not None:
                for name in self.under(w.start, routed) - {w.to}:
                    plain[name].add(w.to)
        for cycle in _cycles(plain):
            self.problems.append(
                f"steps {' -> '.join(cycle)}: a cycle without an 'again' clause; a job would repeat its own luck"
            )
        timed = {w.name for w in n.watches if not isinstance(w.length, Constant) or w.length.value > 0.0}
        timeless = {
            name: {
                to for to, c in m if to is not None and self.timeless(name) and not (c is not None and c.name in timed)
            }
            for name, m in moves.items()
        }
        for cycle in _cycles(timeless):
            self.say(f"steps {' -> '.join(cycle)}: a cycle in which no time passes")
        reached = {s.to for s in n.streams}
        todo = list(reached)
        while todo:
            at = todo.pop()
            for to in {t for t, _ in moves[at] if t is not None} | births[at]:
                if to not in reached:
                    reached.add(to)
                    todo.append(to)
        for name in moves:
            if name not in reached:
                self.warnings.append(f"step {name}: no job ever gets there")
        self.unset_attributes(moves, births)

    def under(self, start: Anchor, moves: dict[str, set[str]], passed: frozenset[str] = frozenset()) -> set[str]:
        """Steps a job may be at while a clock with this start runs: from its step, or where it gets its mark, on."""
        todo = [start.name]
        if start.moment == "mark":
            todo = [
                to
                for (name, _), clauses in self.n.routes.items()
                if any(start.name in c.add for c in clauses)
                for to in moves[name]
            ]
            for w in self.n.watches:
                if start.name in w.add and w.name not in passed:
                    todo += self.under(w.start, moves, passed | {w.name})
        seen = set(todo)
        while todo:
            for to in moves[todo.pop()] - seen:
                seen.add(to)
                todo.append(to)
        return seen

    def exits(self, step: Work | Delay) -> Iterator[Exit]:
        """Ways out that a step has."""
        yield Exit.DONE
        if step.recall is not None:
            yield Exit.RECALLED
        if isinstance(step, Delay):
            return
        if step.patience is not None:
            yield Exit.ABANDONED
        if step.limit is not None or step.shared_limit is not None:
            yield Exit.BLOCKED
        if step.opening is not None:
            yield Exit.CLOSED

    def timeless(self, name: str) -> bool:
        step = self.n.step(name)
        law = step.length if isinstance(step, Delay) else step.size
        return isinstance(law, Constant) and law.value == 0.0

    def unset_attributes(
        self, moves: dict[str, list[tuple[str | None, Clause | None]]], births: dict[str, set[str]]
    ) -> None:
        """Every attribute that is read must be set by each stream whose jobs (or their children) get there."""
        n = self.n
        reads = {s.name: self.reads(s.name) for s in n.steps}
        for s in n.streams:
            given = set(s.attributes) | (set(s.columns) if isinstance(s, RecordedStream) else set())
            seen = {s.to}
            todo = [s.to]
            while todo:
                at = todo.pop()
                for a in sorted(reads[at] - given):
                    self.problems.append(
                        f"stream {s.name}: its jobs reach step {at!r}, which reads attribute {a!r}; set it there"
                    )
                for to in {t for t, _ in moves[at] if t is not None} | births[at]:
                    if to not in seen:
                        seen.add(to)
                        todo.append(to)

    def reads(self, name: str) -> set[str]:
        n, step = self.n, self.n.step(name)
        laws: list[Law | None]
        if isinstance(step, Delay):
            laws = [step.length]
        else:
            laws = [
                step.size,
                step.after_work,
                step.patience,
                step.ghost,
                step.due,
                step.head_start,
                step.priority,
            ]
        out: set[str] = set().union(*(law.attributes() for law in laws if law is not None))
        if isinstance(step, Work) and step.score is not None:
            out |= step.score.attributes()
        for (at, _), clauses in n.routes.items():
            if at == name:
                for c in clauses:
                    out |= {k.source.name for k in c.when if k.source.kind == "attribute"}
                    if isinstance(c.probability, Predictor):
                        out |= c.probability.attributes()
                    out = out.union(*(s.delay.attributes() for s in c.spawn if s.delay is not None))
        for w in n.watches:
            if w.start.moment == "mark" or w.start.name == name:
                out |= w.length.attributes()
                out = out.union(*(s.delay.attributes() for s in w.spawn if s.delay is not None))
        return out


def _cycles(graph: dict[str, set[str]]) -> list[list[str]]:
    """One cycle of every strongly connected part of a graph that has one."""
    out: list[list[str]] = []
    done: set[str] = set()
    for root in graph:
        if root in done:
            continue
        back: dict[str, str | None] = {root: None}
        todo = [root]
        found: list[str] | None = None
        while todo and found is None:
            at = todo.pop()
            for to in sorted(graph[at]):
                if to == root:
                    path = [at]
                    while back[path[-1]] is not None:
                        path.append(back[path[-1]])  # type: ignore[arg-type]
                    found = [*reversed(path), root]
                    break
                if to not in back:
                    back[to] = at
                    todo.append(to)
        if found is not None:
            out.append(found)
            done.update(found)
    return out
