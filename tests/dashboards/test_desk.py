"""The desk on the screen: changes become a policy that says the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboards import desk as desk_module
from dashboards.desk import Desk, Refused, base_file, bases, fitting, take_upload
from dashboards.place import SCENARIOS, policies
from dashboards.stored.shelf import Staleness
from sim.scenario import ScenarioProblems, load

SHOP = (SCENARIOS / "small_shop.yaml").read_bytes()
BASE = load(SCENARIOS / "small_shop.yaml")


def test_a_change_is_kept_under_its_name_and_found_again() -> None:
    """A refresh shows the same desk."""
    desk = Desk("small_shop").changed("agent_groups.desk.shrinkage", "15 %")
    assert Desk.find(desk.keep()) == desk


def test_a_change_back_to_the_base_is_no_change() -> None:
    """What stands in the list of changes differs from the base."""
    desk = Desk("small_shop").changed("agent_groups.desk.shrinkage", "15 %")
    assert desk.changed("agent_groups.desk.shrinkage", "10 %").changes == {}


def test_the_policy_on_the_screen_makes_the_same_scenario() -> None:
    """The YAML reproduces the screen."""
    desk = Desk("small_shop").changed("agent_groups.desk.shrinkage", "15 %")
    desk = desk.changed("channels.phone.service_level", "70 % within 20 s")
    base = load(desk.file)
    direct = load(desk.file, dict(desk.changes))
    for made in (load(desk.policy_file()), load(desk.file, policies=[desk.policy_file()])):
        assert made.title == "My changes"
        assert made.model_copy(update={"title": base.title}) == direct != base


def test_what_is_wrong_is_said_at_its_field_in_the_words_of_the_loader() -> None:
    """The page has no validation of its own."""
    desk = Desk("small_shop").changed("agent_groups.desk.shrinkage", "15")
    with pytest.raises(ScenarioProblems) as refused:
        load(desk.file, {"agent_groups.desk.shrinkage": "15"})
    (said,) = desk.check.at("agent_groups.desk.shrinkage")
    assert str(refused.value).endswith(said) and said.startswith('got "15"; ')
    assert desk.check.at("channels.phone.patience") == []
    assert desk.check.elsewhere(frozenset(desk.known)) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=30))
def test_no_text_breaks_out_of_its_line_in_the_policy(text: str) -> None:
    """Whatever is typed is one value at its path: the file has one change, or the loader refuses that value."""
    desk = Desk("small_shop").changed("title", text)
    try:
        made = load(desk.policy_file())
    except ScenarioProblems as refused:
        assert all(p.path.split(".")[0] in ("title", "change", "") for p in refused.problems)
    else:
        assert made.agent_groups == BASE.agent_groups


@pytest.mark.parametrize("name", [None, "", "../../etc/passwd", "0123456789abcdef", "ABCDEF0123456789", "a" * 16])
def test_a_strange_name_in_the_address_finds_nothing(name: str | None) -> None:
    """Names from outside never become paths."""
    assert Desk.find(name) is None


def test_shipped_desks_are_offered_and_others_are_not() -> None:
    """The base is one of the complete scenarios; the first is the baseline."""
    assert bases()[0] == "baseline" and "small_shop" in bases()
    assert base_file("../small_shop") is None and base_file("policies/training") is None


def test_policies_fit_a_desk_or_say_why_not() -> None:
    """In the words of the loader, without the place in the file; of a desk's own policies all fit."""
    found = fitting(Desk("small_shop"))
    assert [n for n, why in found.items() if not why] == [
        "better_answers", "keep_phones_free", "sixth_agent", "vip_priority",
    ]  # fmt: skip
    assert found["no_bot"][0].startswith("bot: small_shop.yaml has no bot")
    assert "scenarios" not in " ".join(r for why in found.values() for r in why)


def test_policies_on_the_shipped_desk_fit_and_are_tried_where_it_was_edited(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is stored need not be tried again; otherwise every policy is."""
    tried: list[Path] = []
    monkeypatch.setattr(desk_module, "misfits", lambda base, policy: (tried.append(policy), ("no",))[1])
    monkeypatch.setattr(desk_module, "staleness", lambda _: Staleness())
    assert set(fitting(Desk()).values()) == {()} and tried == []
    monkeypatch.setattr(desk_module, "staleness", lambda _: Staleness(("baseline.yaml",)))
    assert set(fitting(Desk()).values()) == {("no",)} and len(tried) == len(policies())


def test_a_long_title_is_cut_and_a_problem_names_no_folder() -> None:
    """A name of 1000 letters does not push the page away; where an upload is kept is nobody's business."""
    long = SHOP.replace(b"title: ", b"title: " + b"very " * 200, 1)
    assert len(Desk(take_upload({"a.yaml": long})).about[0]) <= 90
    broken = Desk(take_upload({"b.yaml": b"hello: 1\n"}))
    told = [broken.told(p) for p in broken.check.problems]
    assert told and all(t.startswith("b.yaml:") for t in told)


def test_an_upload_becomes_a_base_with_a_harmless_name() -> None:
    """A name of the browser never becomes a path."""
    name = take_upload({"../../My Désk?.yaml": SHOP})
    found = base_file(name)
    assert found is not None and found.name == "my-desk.yaml" and found.parent.name == name
    assert Desk(name).known["agent_groups.desk.shrinkage"].text == "10 %"


def test_an_upload_brings_its_tables() -> None:
    """A scenario finds a table that came with it."""
    case = Path("tests/scenario/corpus/valid")
    files = {n: (case / n).read_bytes() for n in ("people_roster.yaml", "people_roster.csv")}
    assert Desk(take_upload(files)).check.problems == ()


@pytest.mark.parametrize(
    ("files", "key"),
    [
        ({}, "upload.one"),
        ({"a.yaml": SHOP, "b.yaml": SHOP}, "upload.one"),
        ({"a.yaml": b"#" * 1_000_001}, "upload.large"),
        ({"a.yaml": SHOP, "b.csv": b"," * 20_000_001}, "upload.large"),
        ({"a.yaml": SHOP, "b.exe": b""}, "upload.kind"),
        ({"a.yaml": SHOP, "b*.csv": b""}, "upload.kind"),
        ({"a.yaml": SHOP + b"\nx: {file: ../../secret.csv}\n"}, "upload.elsewhere"),
        ({"a.yaml": SHOP + b"\nx: [/etc/passwd]\n"}, "upload.elsewhere"),
        ({"a.yaml": b"extends: baseline.yaml\n"}, "upload.policy"),
    ],
)
def test_an_upload_that_is_not_taken_says_why(files: dict[str, bytes], key: str) -> None:
    """Too large, of another kind, or looking elsewhere."""
    with pytest.raises(Refused) as refused:
        take_upload(files)
    assert refused.value.key == key
