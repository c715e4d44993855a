"""Whatever is written in a file, loading it gives a scenario or says what is wrong, and nothing else."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.scenario import Scenario, ScenarioProblems, dump, load

CORPUS = Path(__file__).parent / "corpus"
TEXTS = [
    (CORPUS / "valid" / name).read_text(encoding="utf-8")
    for name in ("everything.yaml", "clocks_change.yaml", "call_log.yaml", "policy_fewer_calls.yaml")
]
POLICIES = [
    (CORPUS / "valid" / f"policy_{name}.yaml").read_text(encoding="utf-8")
    for name in ("fewer_calls", "from_a_list", "removes", "replaces", "by_weekday", "on_ranges")
]
TABLES = [(CORPUS / "valid" / name).read_text() for name in ("call_log.csv", "call_laws.csv", "call_staff.csv")]
PIECES = """
    : , { } [ ] - ? & * ! | > ' " % @ ` # \\ ~ <<: --- ... null true no 0 -1 +5 1e999 .nan 1e6 10:30 24:00 99:99 5%
    100 % times plus within mon-fri daily always never {} [] "" value: between: mean: law: by: file: change: extends:
    remove: minus desk.yaml parts/less_absence.yaml agent_groups.desk. .shifts +2 fri: sat-sun:
"""
BLANKS = [
    "\n",
    "\n  ",
    "\t",
    " ",
    "\x00",
    "\ufeff",
    "\u00e9",
    "\U0001f600",
    '"\\ud800"',
    "30 s",
    "times 1e300",
    "1e300 d",
]
TOKENS = st.sampled_from([*PIECES.split(), *BLANKS])
SLOW = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large)


@st.composite
def mutated(draw: st.DrawFn, texts: list[str]) -> str:
    """Draw one of some texts with pieces replaced, removed, doubled or moved."""
    text = draw(st.sampled_from(texts))
    for _ in range(draw(st.integers(1, 4))):
        a = draw(st.integers(0, len(text)))
        b = min(len(text), a + draw(st.integers(0, 25)))
        kind = draw(st.integers(0, 4))
        if kind == 0:
            text = text[:a] + draw(TOKENS) + text[b:]
        elif kind == 1:
            text = text[:a] + text[b:]
        elif kind == 2:
            text = text[:b] + text[a:b] + text[b:]
        elif kind == 3:
            at = draw(st.integers(0, len(text)))
            text = text[:at] + text[a:b] + text[at:]
        else:
            text = text[:a] + draw(st.text(max_size=8)) + text[b:]
    return text


def check(path: Path) -> None:
    """Load a file: a scenario that survives a round trip, or problems that can be printed."""
    try:
        scenario = load(path)
    except ScenarioProblems as found:
        assert found.problems
        assert str(found).encode("utf-8")
    else:
        assert isinstance(scenario, Scenario)
        again = path.with_name("again.yaml")
        again.write_text(dump(scenario), encoding="utf-8")
        assert load(again) == scenario


def put_beside(folder: Path) -> None:
    """Copy the tables that the texts name into a folder."""
    (folder / "parts").mkdir(exist_ok=True)
    for file in (*(CORPUS / "valid").iterdir(), *(CORPUS / "valid" / "parts").iterdir()):
        place = folder / file.relative_to(CORPUS / "valid")
        if file.suffix in (".csv", ".yaml") and not place.exists():
            place.write_bytes(file.read_bytes())


@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=SLOW)
@given(text=mutated(TEXTS))
def test_mutated_scenario_is_read_or_refused(tmp_path: Path, text: str) -> None:
    """No text of a scenario makes the loader fall over."""
    put_beside(tmp_path)
    (tmp_path / "mutated.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
    check(tmp_path / "mutated.yaml")


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=SLOW)
@given(text=mutated(POLICIES), stacked=st.booleans())
def test_mutated_policy_is_applied_or_refused(tmp_path: Path, text: str, stacked: bool) -> None:
    """No text of a policy makes the loader fall over, alone or on another desk."""
    put_beside(tmp_path)
    (tmp_path / "mutated.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
    if not stacked:
        check(tmp_path / "mutated.yaml")
        return
    try:
        assert isinstance(load(tmp_path / "desk.yaml", policies=[tmp_path / "mutated.yaml"]), Scenario)
    except ScenarioProblems as found:
        assert found.problems
        assert str(found).encode("utf-8")


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=SLOW)
@given(text=mutated(TABLES), name=st.sampled_from(["call_log.csv", "call_laws.csv", "call_staff.csv"]))
def test_mutated_table_is_read_or_refused(tmp_path: Path, text: str, name: str) -> None:
    """No content of a table makes the loader fall over."""
    put_beside(tmp_path)
    (tmp_path / "call_log.yaml").write_bytes((CORPUS / "valid" / "call_log.yaml").read_bytes())
    for other in ("call_log.csv", "call_laws.csv", "call_staff.csv"):
        (tmp_path / other).write_bytes((CORPUS / "valid" / other).read_bytes())
    (tmp_path / name).write_bytes(text.encode("utf-8", "surrogatepass"))
    check(tmp_path / "call_log.yaml")


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=SLOW)
@given(data=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path: Path, data: bytes) -> None:
    """No file at all makes the loader fall over."""
    (tmp_path / "bytes.yaml").write_bytes(data)
    check(tmp_path / "bytes.yaml")


PATHS = st.one_of(
    st.sampled_from(
        ["title", "period.length", "agent_groups.desk.shrinkage", "contact_types.mail.per_day", "channels", "change"]
    ),
    st.lists(st.sampled_from(["contact_types", "mail", "per_day", "x", "value", ""]), max_size=14).map(".".join),
    st.text(st.characters(), max_size=10),
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), TOKENS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)),
    max_leaves=6,
)


@settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=SLOW)
@given(changes=st.dictionaries(PATHS, VALUES, max_size=3))
def test_any_changes_are_applied_or_refused(changes: dict[str, object]) -> None:
    """No changes given by a program make the loader fall over."""
    try:
        assert isinstance(load(CORPUS / "valid" / "everything.yaml", changes), Scenario)
    except ScenarioProblems as found:
        assert found.problems
        assert str(found).encode("utf-8")
