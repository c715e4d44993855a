"""Words of rosters: what headers and cells are called, in English, German and Chinese."""

from __future__ import annotations

import re
from typing import NamedTuple

from sim.scenario.tables.cell_values import as_text
from sim.scenario.tables.workbook import CellValue

HEADERS: dict[str, tuple[str, ...]] = {
    "name": (
        "name", "agent", "agent name", "employee", "employee name", "full name", "staff", "staff name", "person",
        "who", "mitarbeiter", "mitarbeiterin", "姓名", "名字", "员工", "员工姓名", "客服", "客服姓名", "坐席",
        "坐席姓名", "人员", "专员",
    ),
    "id": (
        "id", "agent id", "employee id", "staff id", "person id", "personnel number", "employee number", "no",
        "no.", "#", "personalnummer", "工号", "员工号", "员工工号", "员工编号", "编号", "坐席工号", "客服工号",
    ),
    "date": (
        "date", "day", "work date", "shift date", "datum", "tag", "日期", "工作日期", "排班日期", "班次日期",
    ),
    "start": (
        "start", "start time", "shift start", "from", "begin", "begins", "in", "login", "beginn", "von", "开始",
        "开始时间", "上班", "上班时间", "起始时间", "开始上班",
    ),
    "end": (
        "end", "end time", "shift end", "to", "until", "ends", "finish", "out", "logout", "ende", "bis", "结束",
        "结束时间", "下班", "下班时间", "截止时间",
    ),
    "shift": (
        "shift", "shift code", "code", "shift name", "schicht", "班次", "班次代码", "班次名称", "班别", "班",
        "代码",
    ),
    "hours": (
        "hours", "shift hours", "working hours", "working time", "time", "times", "arbeitszeit", "zeit", "时间",
        "工作时间", "上班时段", "班次时间", "时段",
    ),
    "break": (
        "break", "breaks", "break time", "pause", "pausen", "lunch", "rest", "休息", "休息时间", "午休", "用餐",
    ),
    "group": (
        "group", "team", "agent group", "queue", "department", "gruppe", "组别", "组", "小组", "团队", "班组",
        "部门", "技能组",
    ),
    "skills": (
        "skills", "skill", "channels", "channel", "serves", "技能", "渠道", "业务", "业务类型",
    ),
    "concurrency": (
        "concurrency", "chats", "max chats", "slots", "并发", "并发数", "接待数", "最大接待", "最大接待数",
    ),
    "speed": (
        "speed", "tempo", "速度",
    ),
    "reason": (
        "absence", "absent", "reason", "status", "meaning", "abwesenheit", "状态", "说明", "缺勤", "请假", "含义",
    ),
}  # fmt: skip
"""What a column is called, by what it means."""

ABSENCES: dict[str, tuple[str, ...]] = {
    "off": (
        "off", "day off", "days off", "rest", "rest day", "free", "frei", "wo", "ro", "do", "-", "--", "/", "\\",
        "休", "休息", "休息日", "轮休", "公休", "周休", "例休", "排休", "休班", "不上班",
    ),
    "leave": (
        "leave", "annual leave", "al", "vacation", "pto", "urlaub", "年假", "年休", "年休假", "休假", "请假",
        "事假", "假",
    ),
    "sick": (
        "sick", "sick leave", "sl", "ill", "krank", "病假", "病休", "病",
    ),
    "public holiday": (
        "holiday", "public holiday", "bank holiday", "ph", "bh", "feiertag", "节假日", "法定假", "法定节假日",
    ),
    "training": (
        "training", "course", "schulung", "培训", "学习",
    ),
    "time off in lieu": (
        "toil", "comp", "comp off", "comp day", "lieu", "调休", "补休",
    ),
    "family leave": (
        "maternity", "paternity", "parental leave", "elternzeit", "产假", "陪产假", "育儿假", "婚假", "丧假",
    ),
    "absent": (
        "absent", "no show", "awol", "abwesend", "旷工", "缺勤",
    ),
}  # fmt: skip
"""What cells say of people who do not work, by the reason."""

NOT_PEOPLE = frozenset(
    {
        "total", "totals", "sum", "count", "headcount", "required", "summe", "gesamt", "合计", "总计", "小计",
        "总人数", "人数", "备注", "说明", "notes", "note", "remark", "remarks", "legend", "图例", "在岗人数",
        "上班人数",
    }
)  # fmt: skip
"""What stands in the column of names below the people."""

READ_ME = frozenset(
    {
        "read me", "readme", "help", "instructions", "notes", "problems", "说明书", "使用说明", "填写说明",
    }
)  # fmt: skip

_ROLE = {word: role for role, names in HEADERS.items() for word in names}
_REASON = {word: reason for reason, names in ABSENCES.items() for word in names}
_WEEKDAY = re.compile(
    r"(mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?|(mo|di|mi|do|fr|sa|so)|(周|星期|礼拜)?[一二三四五六日天]", re.IGNORECASE
)
_UNIT = re.compile(r"[\[(]\s*([^\])]*?)\s*[\])]\s*$")
_UNITS = {
    **dict.fromkeys(("min", "mins", "minutes", "minuten", "分", "分钟"), "min"),
    **dict.fromkeys(("h", "hour", "hours", "stunden", "小时", "时"), "h"),
}


class Header(NamedTuple):
    """What a header cell means, and the unit that it names."""

    role: str
    unit: str | None


def header_of(value: CellValue, own: dict[str, str] | None = None) -> Header | None:
    """Meaning of a header cell, or None.

    Parameters
    ----------
    value : the cell.
    own : names that this desk uses: what it calls a column, by lower case, to what it means.

    Examples
    --------
    >>> header_of("Employee name"), header_of("休息（分钟）")
    (Header(role='name', unit=None), Header(role='break', unit='min'))
    """
    if not isinstance(value, str) or len(value) > 60:
        return None
    text = " ".join(as_text(value).lower().replace("_", " ").split())
    if own and text in own:
        return Header(own[text], None)
    unit = None
    match = _UNIT.search(text)
    if match is not None:
        unit = _UNITS.get(match[1])
        text = text[: match.start()].strip()
    role = (own or {}).get(text) or _ROLE.get(text)
    return None if role is None else Header(role, unit)


def absence_reason(value: CellValue) -> str | None:
    """Why somebody does not work, if that is what a cell says; an empty cell is a day off.

    Examples
    --------
    >>> absence_reason("休"), absence_reason("AL"), absence_reason("E1") is None
    ('off', 'leave', True)
    """
    if not isinstance(value, str):
        return None
    text = " ".join(as_text(value).lower().split())
    return "off" if not text else _REASON.get(text)


def is_weekday_word(value: CellValue) -> bool:
    """Whether a cell only names a weekday."""
    return isinstance(value, str) and _WEEKDAY.fullmatch(as_text(value)) is not None


def is_people_free(text: str) -> bool:
    """Whether a cell of the column of names names no person (`Total`, `备注`)."""
    return text.lower().rstrip(":") in NOT_PEOPLE
