"""What the measures of tickets are: families of jobs, from the first birth to the last end."""

from __future__ import annotations

from sim.measures.definition import BY_BIRTH, Measure, ScopeKind

SCOPES: tuple[ScopeKind, ...] = ("all", "stream")
TIME_SHARES = (0.5, 0.8, 0.9, 0.95)

TICKET_MEASURES: tuple[Measure, ...] = (
    Measure("tickets", "Tickets", "tickets", "ticket", SCOPES, "families born in the period", BY_BIRTH, "total"),
    Measure(
        "open_tickets",
        "Tickets still open at the end",
        "tickets",
        "ticket",
        SCOPES,
        "families with a job that had not ended when the run stopped",
        BY_BIRTH,
        "total",
        "lower",
    ),
    Measure(
        "tickets_with_contact",
        "Tickets with a contact",
        "tickets",
        "ticket",
        SCOPES,
        "families with at least one visit of a covered step",
        BY_BIRTH,
        "total",
    ),
    Measure(
        "ticket_resolution",
        "Share of tickets resolved",
        "share",
        "ticket",
        SCOPES,
        "resolved / tickets; resolved: some job carries the mark that was named, or, without one, all jobs have ended "
        "and the last to end was done",
        BY_BIRTH,
        better="higher",
    ),
    Measure(
        "first_contact_resolution",
        "Share of tickets resolved with one contact",
        "share",
        "ticket",
        SCOPES,
        "resolved tickets with exactly one contact, as far as they were followed / tickets with a contact",
        BY_BIRTH,
        better="higher",
    ),
    Measure(
        "contacts_per_ticket",
        "Contacts per ticket",
        "contacts",
        "ticket",
        SCOPES,
        "contacts of these families, whenever they came / tickets with a contact",
        BY_BIRTH,
        better="lower",
    ),
    Measure(
        "ticket_accessibility",
        "Accessibility of tickets",
        "share",
        "ticket",
        SCOPES,
        "tickets with any contact answered / tickets with a contact",
        BY_BIRTH,
        better="higher",
    ),
    Measure(
        "ticket_wait",
        "Mean minutes in line over a ticket's life",
        "min",
        "ticket",
        SCOPES,
        "minutes in line of all visits of covered steps / tickets with a contact",
        BY_BIRTH,
        better="lower",
    ),
    Measure(
        "ticket_time",
        "Mean time from birth to end",
        "min",
        "ticket",
        SCOPES,
        "minutes from the first birth to the last end of closed tickets / closed tickets",
        BY_BIRTH,
        better="lower",
    ),
    *(
        Measure(
            f"ticket_time_p{round(100 * q)}",
            f"Time from birth to end that {round(100 * q)} % of the closed tickets do not exceed",
            "min",
            "ticket",
            SCOPES,
            f"{round(100 * q)} % quantile of the times of closed tickets, linear between order statistics",
            BY_BIRTH,
            "quantile",
            "lower",
            "Hyndman and Fan 1996, type 7",
        )
        for q in TIME_SHARES
    ),
)
