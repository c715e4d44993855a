"""One page for people who look rather than read: a file of its own that needs no network and no script."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from experiments.comparison.comparison import Comparison, Policy
from experiments.comparison.main_rows import main_rows
from experiments.estimates.estimates import Estimates
from experiments.estimates.worst_hours import spread, worst_half_hours, worst_hours
from experiments.replication.promises import promises_of
from experiments.replication.replications import Replications
from experiments.report.assumptions import (
    FEW,
    MOST_CHANGES,
    MOST_DEFAULTS,
    MOST_RANGES,
    Change,
    certainty_of,
    changes_of,
    drivers_of,
    inputs_of,
)
from experiments.report.catalogue import Catalogue, Language, plain, words
from experiments.report.comparison_plots import draw_comparison
from experiments.report.headline import headline, judged_rows, run_headline
from experiments.report.hours_plot import draw_hours
from experiments.report.outcome_tables import glossary_names, half_hour_words, outcome_measures, weeks_of
from experiments.report.page_parts import (
    RUN_CHANNEL,
    RUN_POOL,
    blocks_of,
    cards_of,
    glossary_of,
    outcome_blocks,
    quiet_words,
    run_blocks,
    run_cards,
)
from experiments.report.sheet import labels_in, picture_bytes
from experiments.report.special_days import DatesPart, dates_part
from experiments.report.verdict_words import length_words, period_words
from sim.scenario.model import Scenario

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_HOURS = 6


@dataclass(frozen=True)
class _Picture:
    title: str
    words: str
    svg: Markup


@dataclass(frozen=True)
class _Shown:
    """A policy with what it changes."""

    name: str
    title: str
    question: str
    changes: list[Change]
    n_more: int


@dataclass(frozen=True)
class _Hour:
    hour: str
    channel: str
    contacts: str
    level: str
    limits: str
    wait: str
    gone: str
    staff: str


def comparison_page(
    comparison: Comparison,
    language: Language,
    command: str | Sequence[str],
    *,
    key: str = "",
    version: str | None = None,
    notes: Sequence[str] = (),
) -> str:
    """A comparison as one HTML page.

    Parameters
    ----------
    comparison : Comparison
        Two to eight policies.
    language : {"en", "zh"}
        English, or Simplified Chinese.
    command : str or sequence of str
        What repeats it.
    key : str
        Of the kept run.
    version : str, optional
        Of this program.
    notes : sequence of str
        Further notes besides those of the comparison.

    Returns
    -------
    str
        A whole HTML document that asks for nothing from outside.
    """
    catalogue = words(language)
    base = comparison.policies[0]
    scenarios = [run.operation.scenario for run in comparison.runs]
    answer = headline(comparison, catalogue)
    main, more, n_more = blocks_of(comparison, catalogue)
    drivers = drivers_of(comparison, catalogue)
    shown = [*judged_rows(comparison), *main_rows(comparison)]
    drawn = draw_comparison(comparison, language)
    named = [
        ("page.picture", drawn.get("differences")),
        ("page.picture_week", drawn.get("week")),
        ("page.picture_hours", drawn.get("service_level_by_hour")),
    ]
    return _page(
        catalogue,
        scenario=scenarios[0],
        kind=catalogue.say("page.comparison"),
        title=base.title,
        question=base.question,
        headline=answer,
        n=comparison.replications,
        command=command,
        key=key,
        version=version,
        seed=comparison.seed,
        policies=[_policy(p, scenarios[0], s) for p, s in zip(comparison.policies, scenarios, strict=True)],
        cards=cards_of(comparison, catalogue),
        blocks=main,
        quiet=quiet_words(comparison, catalogue),
        more=more,
        n_more=n_more,
        pictures=_pictures(named, answer, catalogue),
        hours=[],
        halves=[],
        outcomes=[],
        weeks=[],
        dates=DatesPart(),
        drivers=drivers,
        draws=comparison.draws,
        sure=certainty_of(comparison, catalogue),
        notes=[*comparison.notes, *notes],
        glossary=glossary_of([(r.measure, r.title) for r in shown], catalogue),
    )


def run_page(
    replications: Replications,
    estimates: Estimates,
    language: Language,
    command: str | Sequence[str],
    *,
    key: str = "",
    version: str | None = None,
    notes: Sequence[str] = (),
) -> str:
    """A run of one scenario as one HTML page.

    Parameters
    ----------
    replications, estimates : Replications, Estimates
        The run.
    language : {"en", "zh"}
        English, or Simplified Chinese.
    command : str or sequence of str
        What repeats it.
    key : str
        Of the kept run.
    version : str, optional
        Of this program.
    notes : sequence of str
        What went otherwise than planned, besides the notes of the replications.

    Returns
    -------
    str
        A whole HTML document that asks for nothing from outside.
    """
    catalogue = words(language)
    operation = replications.operation
    scenario = operation.scenario
    answer = run_headline(replications, estimates, catalogue)
    n, length = estimates.replications, scenario.period.length
    periods = period_words(n, length, labels_in(language))
    drawn = draw_hours(
        [(scenario.title, estimates)], promises_of(operation), tuple(operation.channels), periods, language
    )
    confidence = catalogue.percent(estimates.confidence)
    sure = [
        catalogue.say("page.sure_run", periods=period_words(n, length, catalogue)),
        *([catalogue.say("page.sure_few", n=n)] if n < FEW else []),
        catalogue.say("page.sure_interval", confidence=confidence),
        catalogue.say("page.sure_model"),
    ]
    measures = ["service_level", "meets_target", *RUN_CHANNEL, *RUN_POOL]
    measures += glossary_names(outcome_measures(replications, estimates))
    told = [*replications.notes, *notes]
    return _page(
        catalogue,
        scenario=scenario,
        kind=catalogue.say("page.run"),
        title=scenario.title,
        question=scenario.question,
        headline=answer,
        n=n,
        command=command,
        key=key,
        version=version,
        seed=replications.seed,
        policies=[],
        cards=run_cards(replications, estimates, catalogue),
        blocks=run_blocks(replications, estimates, catalogue),
        quiet="",
        more=[],
        n_more=0,
        pictures=_pictures([("page.picture_run", drawn)], answer, catalogue),
        hours=_worst(replications, estimates, catalogue),
        halves=[half_hour_words(w, catalogue) for w in worst_half_hours(replications, estimates)],
        outcomes=outcome_blocks(replications, estimates, catalogue),
        weeks=weeks_of(replications, estimates, catalogue),
        dates=dates_part(replications, estimates, catalogue),
        drivers=[],
        draws=False,
        sure=sure if n > 1 else [catalogue.say("page.sure_one"), catalogue.say("page.sure_model")],
        notes=list(dict.fromkeys(told)),
        glossary=glossary_of([(m, "") for m in measures], catalogue),
    )


def svg_of(figure: Figure, name: str) -> Markup:
    """A figure as SVG inside a page: nothing in it points outside, and its names are its own.

    Parameters
    ----------
    figure : Figure
        As drawn on a `sheet`.
    name : str
        Letters that come before every name in it, so that two pictures do not share one.
    """
    figure.patch.set_alpha(0.0)  # the page gives the ground, light or dark
    for ax in figure.axes:
        ax.patch.set_alpha(0.0)
    text = picture_bytes(figure, "svg").decode()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r'\bid="', f'id="{name}-', text)
    text = re.sub(r'href="#', f'href="#{name}-', text)
    text = re.sub(r"url\(#", f"url(#{name}-", text)
    head, rest = text.split(">", 1)
    head = re.sub(r' (?:width|height)="[^"]*"', "", head)  # the page gives the size
    text = f"{head}>{rest}"
    return Markup(re.sub(r"\n\s*", "\n", text))


def _pictures(drawn: Sequence[tuple[str, Figure | None]], answer: str, catalogue: Catalogue) -> list[_Picture]:
    return [
        _Picture(catalogue.say(key), answer, svg_of(figure, key.removeprefix("page.")))
        for key, figure in drawn
        if figure is not None
    ]


def _page(catalogue: Catalogue, *, scenario: Scenario, n: int, command: str | Sequence[str], **parts: Any) -> str:
    """Fill in the template with what all pages have."""
    told = command if isinstance(command, str) else shlex.join(command)
    version = parts.pop("version") or metadata.version("aftersim")
    drivers, draws = parts["drivers"], parts.pop("draws")
    ranged = inputs_of(scenario, drivers)
    assumption_notes = []
    if draws and not drivers:
        assumption_notes.append(catalogue.say("page.no_drivers"))
    if not draws and any(p.between for p in scenario.provenance.values()):
        assumption_notes.append(catalogue.say("page.not_drawn"))
    if not drivers and not ranged:
        assumption_notes.append(catalogue.say("page.no_assumptions"))
    facts = [
        (catalogue.say("page.seed"), str(parts.pop("seed"))),
        (catalogue.say("page.replications"), str(n)),
        (catalogue.say("page.version"), version),
    ]
    key = parts.pop("key")
    if key:
        facts.append((catalogue.say("page.key"), key))
    notes = [plain(x) for x in parts.pop("notes")]
    notes += [plain(str(w)) for w in scenario.warnings]
    english = labels_in(catalogue.language).language != catalogue.language
    text = (
        _templates()
        .get_template("page.html.jinja")
        .render(
            say=catalogue.say,
            percent=catalogue.percent,
            headline=_kept_together(parts.pop("headline")),
            title=plain(parts.pop("title")) or catalogue.say("page.untitled"),
            question=plain(parts.pop("question")),
            period=_period(scenario, n, catalogue),
            warnings_first=[catalogue.say("page.sure_one")] if n == 1 else [],
            font_note=catalogue.say("page.no_font") if english else "",
            ranged=ranged[:MOST_RANGES],
            assumption_notes=assumption_notes,
            defaults=scenario.defaults[:MOST_DEFAULTS],
            n_defaults=len(scenario.defaults),
            command=told,
            facts=facts,
            notes=notes,
            version=version,
            **parts,
        )
    )
    return text.encode("utf-8", "replace").decode()


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("experiments.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _kept_together(sentence: str) -> str:
    """A number and its unit on one line."""
    return re.sub(r"(\d) (?=%|s\b|min\b|h\b|d\b|points\b)", "\\1\N{NO-BREAK SPACE}", sentence)


def _period(scenario: Scenario, n: int, catalogue: Catalogue) -> str:
    start = scenario.period.start
    month = catalogue.say("page.months").split()[start.month - 1]
    date = catalogue.say("page.date", day=start.day, month=month, year=start.year)
    return catalogue.say(
        "page.period" if n > 1 else "page.period_one",
        length=length_words(scenario.period.length, catalogue),
        start=date,
        zone=scenario.period.time_zone,
        n=n,
    )


def _policy(policy: Policy, base: Scenario, own: Scenario) -> _Shown:
    changes = changes_of(base, own)
    shown, n_more = changes[:MOST_CHANGES], max(len(changes) - MOST_CHANGES, 0)
    return _Shown(plain(policy.name), plain(policy.title), plain(policy.question), shown, n_more)


def _worst(replications: Replications, estimates: Estimates, catalogue: Catalogue) -> list[_Hour]:
    return [
        _Hour(
            catalogue.hour(w.label),
            plain(catalogue.scope("channel", w.scope)),
            catalogue.figure(w.contacts, "contacts"),
            catalogue.figure(w.level.value, "share"),
            catalogue.limits(*w.level[:3], "share"),
            catalogue.figure(w.asa, "min"),
            catalogue.figure(w.abandonment, "share"),
            catalogue.figure(w.staff, "people"),
        )
        for w in spread(worst_hours(replications, estimates), MOST_HOURS)
    ]
