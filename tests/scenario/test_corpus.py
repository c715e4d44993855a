"""The corpus: files that load, with what they mean, and files that do not, with everything that is said about them."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenario import Scenario, ScenarioProblems, dump, load

CORPUS = Path(__file__).parent / "corpus"
SHIPPED = Path(__file__).parents[2] / "scenarios"
VALID = sorted(p.name for p in (CORPUS / "valid").glob("*.yaml") if not p.name.endswith(".resolved.yaml"))
INVALID = sorted(p.name.removesuffix(".expected.txt") for p in (CORPUS / "invalid").glob("*.expected.txt"))


@pytest.mark.parametrize("name", VALID)
def test_valid_file_means_what_is_written_beside_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The resolved form of every valid file stays what it is."""
    monkeypatch.chdir(CORPUS / "valid")
    resolved = Path(name.replace(".yaml", ".resolved.yaml")).read_text(encoding="utf-8")
    assert dump(load(name), ".") == resolved


@pytest.mark.parametrize("name", VALID)
def test_resolved_form_loads_as_the_same_scenario_without_defaults(name: str) -> None:
    """What is dumped is complete: loading it takes no default and gives an equal scenario."""
    folder = CORPUS / "valid"
    again = load(folder / name.replace(".yaml", ".resolved.yaml"))
    assert again == load(folder / name)
    assert again.defaults == ()


@pytest.mark.parametrize("name", VALID)
def test_dump_elsewhere_loads_as_the_same_scenario(name: str, tmp_path: Path) -> None:
    """Without a folder a dump names its files so that it can be kept anywhere."""
    scenario = load(CORPUS / "valid" / name)
    (tmp_path / "elsewhere.yaml").write_text(dump(scenario), encoding="utf-8")
    assert load(tmp_path / "elsewhere.yaml") == scenario


@pytest.mark.parametrize("name", INVALID)
def test_invalid_file_is_refused_with_exactly_these_words(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every problem of a file is reported at once, with place, value, rule and repair."""
    monkeypatch.chdir(CORPUS / "invalid")
    with pytest.raises(ScenarioProblems) as caught:
        load(f"{name}.yaml")
    assert f"{caught.value}\n" == Path(f"{name}.expected.txt").read_text(encoding="utf-8")


def test_corpus_is_complete() -> None:
    """Every file of the corpus is used, and there are enough of them."""
    names = {p.stem for p in (CORPUS / "invalid").glob("*.yaml")}
    assert names - {"base"} == set(INVALID)
    assert len(INVALID) >= 150


@pytest.mark.parametrize("name", ["minimal.yaml", "small_shop.yaml", "policies/keep_phones_free.yaml"])
def test_shipped_scenario_loads_without_a_warning(name: str) -> None:
    """The first files a newcomer opens are clean."""
    scenario = load(SHIPPED / name)
    assert isinstance(scenario, Scenario)
    assert scenario.warnings == ()
    assert scenario.question


def test_keep_phones_free_reserves_two_agents_for_the_phone() -> None:
    """The shipped policy changes the reserve of the e-mail skill and nothing else."""
    base, policy = load(SHIPPED / "baseline.yaml"), load(SHIPPED / "policies" / "keep_phones_free.yaml")
    before, after = base.agent_groups["phone_team"], policy.agent_groups["phone_team"]
    for kind, skill in after.serves.items():
        mail = policy.kinds[kind].channel == "email"
        assert (skill.reserve, before.serves[kind].reserve) == (2 if mail else 0, 0)
    assert {policy.kinds[kind].channel for kind in after.serves} == {"phone", "email"}
    changed = after.model_copy(update={"serves": before.serves})
    groups = {**policy.agent_groups, "phone_team": changed}
    told = {"agent_groups": groups, "title": base.title, "question": base.question}
    assert policy.model_copy(update=told) == base
