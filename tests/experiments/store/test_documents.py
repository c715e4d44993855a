"""Facts and status: read only if every byte is as it was written."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.store.checked_document import document_bytes, document_of
from experiments.store.damage import Damaged, Foreign
from experiments.store.facts import FORMAT as FACTS
from experiments.store.facts import ComparisonFacts, Member, facts_of
from experiments.store.fingerprint import Fingerprint
from experiments.store.process import Process
from experiments.store.status import FORMAT as STATUS
from experiments.store.status import STATES, Status, now
from tests.experiments.store.made_runs import facts

MEMBERS = (Member("base", "a" * 64, "20260302-093000-x-aaaaaaa"), Member("B", "b" * 64, "20260302-093000-x-bbbbbbb"))


def status(**changes: Any) -> Status:
    """A status with everything in it."""
    moment = now()
    said: dict[str, Any] = {
        "state": "done",
        "began": moment,
        "updated": moment,
        "processes": (Process.own(), Process("elsewhere", 7, "")),
        "asked": 20,
        "finished": 50,
        "command": ("aftersim", "run", "größe.yaml", "bad\udcff.yaml"),
        "files": {"summary.json": Fingerprint.of(b"{}")},
        "reason": "the disk is full",
    }
    return Status(**{**said, **changes})


DOCUMENTS = {
    "status": (status().content(), lambda raw: Status.of(raw, "status.json")),
    "facts": (facts().content(), lambda raw: facts_of(raw, "facts.json")),
    "comparison": (
        ComparisonFacts("A or B", MEMBERS, {"replications": 20}).content(),
        lambda raw: facts_of(raw, "facts.json"),
    ),
}


def test_what_is_written_is_read_back() -> None:
    """All fields, bytes of names that are no text included."""
    said = status()
    assert Status.of(said.content(), "x") == said
    assert facts_of(facts().content(), "x") == facts()
    compared = ComparisonFacts("A or B", MEMBERS, {"replications": 20})
    assert facts_of(compared.content(), "x") == compared


@pytest.mark.parametrize("which", DOCUMENTS)
def test_no_byte_changes_unnoticed(which: str) -> None:
    """Every byte flipped in its lowest and highest bit: damaged, in words that name the file."""
    content, read = DOCUMENTS[which]
    for place in range(len(content)):
        for bit in (1, 128):
            changed = bytearray(content)
            changed[place] ^= bit
            with pytest.raises(Damaged, match=r"\.json: .* - "):
                read(bytes(changed))


@pytest.mark.parametrize("which", DOCUMENTS)
def test_no_cut_or_addition_goes_unnoticed(which: str) -> None:
    """Cut at any place, or with something after the end."""
    content, read = DOCUMENTS[which]
    for wrong in (*(content[:n] for n in range(len(content))), content + b" ", content + content, b"\n" + content):
        with pytest.raises(Damaged):
            read(wrong)


@given(st.binary(max_size=200))
def test_no_bytes_at_all_are_a_traceback(content: bytes) -> None:
    """Neither raw bytes nor those with a proper checksum."""
    for _, read in DOCUMENTS.values():
        with pytest.raises(Damaged):
            read(content)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text(max_size=5), x, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("which", DOCUMENTS)
def test_a_field_of_another_type_is_named(which: str) -> None:
    """A document that another program wrote, checksum and all: refused in words, or sound in every field."""
    content, read = DOCUMENTS[which]
    original = json.loads(content)
    name, version = (STATUS, 1) if which == "status" else (FACTS, 1)
    fields = [f for f in original if f not in ("format", "check")]

    @given(st.sampled_from(fields), JSON)
    def claim(field: str, value: Any) -> None:
        body = {f: original[f] for f in fields} | {field: value}
        try:
            found = read(document_bytes(name, version, body))
        except Damaged as problem:
            assert ".json: " in str(problem)
            return
        if which == "status":
            assert found.state in STATES and isinstance(found.asked, int) and isinstance(found.command, tuple)
            assert all(isinstance(x, str) for x in (found.reason, *found.command))
        else:
            assert isinstance(found.title, str) and found.key == original["key"]

    claim()


@pytest.mark.parametrize("which", DOCUMENTS)
def test_a_missing_field_is_named(which: str) -> None:
    """Each in turn; only a reason need not be given."""
    content, read = DOCUMENTS[which]
    original = json.loads(content)
    for field in [f for f in original if f not in ("format", "check", "reason")]:
        body = {f: x for f, x in original.items() if f not in ("format", "check", field)}
        with pytest.raises(Damaged):
            read(document_bytes(STATUS if which == "status" else FACTS, 1, body))


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ("aftersim status 2", 'another version of aftersim ("aftersim status 2"; this one reads "aftersim status 1")'),
        ("aftersim facts 1", 'no "aftersim status 1"'),
        ("aftersim status -1", 'no "aftersim status 1"'),
        ("", 'no "aftersim status 1"'),
    ],
)
def test_another_version_is_told_from_another_file(found: str, words: str) -> None:
    """What was found, what is read, and what to do."""
    content = document_bytes("aftersim status", 1, {"state": "done"}).replace(b"aftersim status 1", found.encode())
    with pytest.raises(Damaged) as problem:
        document_of(content, "aftersim status", 1, "status.json", "run it again")
    assert words in str(problem.value)
    assert isinstance(problem.value, Foreign) == ("version" in words)


def test_a_nest_of_brackets_is_no_traceback() -> None:
    """Deeper than the reader goes; and numbers that no number type holds."""
    for content in (b"[" * 100_000, b'{"a":' * 100_000, b'{"format": 1' + b"0" * 10_000 + b"}", b"NaN"):
        with pytest.raises(Damaged, match="not JSON"):
            document_of(content, "aftersim status", 1, "status.json", "run it again")


def test_a_file_name_that_leads_out_is_refused_in_a_status() -> None:
    """Whoever reads the files that a status lists never leaves the folder."""
    for name in ("../../secret", "/etc/passwd", "a\\..\\b", ".x", "nul"):
        with pytest.raises(Damaged, match="not a name of a file inside"):
            Status.of(status(files={name: Fingerprint.of(b"")}).content(), "status.json")


def test_a_member_that_leads_out_is_refused_in_facts() -> None:
    """The folders of compared runs lie beside that of the comparison."""
    for folder in ("../x", "/x", "a/b", ""):
        member = Member("base", "a" * 64, folder)
        with pytest.raises(Damaged, match="no key and name of a folder"):
            facts_of(ComparisonFacts("x", (member,), {}).content(), "facts.json")


def test_running_without_a_process_is_interrupted() -> None:
    """The process is gone, or another one has its id now; of another machine it is believed for a day."""
    me = Process.own()
    gone = Process(me.host, 2**22 + 7, "")
    assert status(state="running", processes=(me,)).shown == "running"
    assert status(state="running", processes=(gone,)).shown == "interrupted"
    assert status(state="running", processes=()).shown == "interrupted"
    if me.born:
        assert status(state="running", processes=(Process(me.host, me.number, "earlier"),)).shown == "interrupted"
    other = (Process("another machine", 7, ""),)
    assert status(state="running", processes=other).shown == "running"
    long_ago = now() - timedelta(days=2)
    assert status(state="running", processes=other, updated=long_ago).shown == "interrupted"
    assert status(state="done", processes=()).shown == "done"


@given(st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(8000, 1, 1), timezones=st.timezones()))
def test_times_keep_their_offset(moment: datetime) -> None:
    """Any time of any zone comes back as the same moment."""
    said = status(began=moment)
    assert Status.of(said.content(), "x").began.timestamp() == moment.timestamp()
