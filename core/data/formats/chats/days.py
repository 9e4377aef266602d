"""Days as chats write them, in any order, with or without names of months."""

import re

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def is_month_first(lines: list[str]) -> bool:
    """Return whether dates are written 12/31/24: some second number is no month, or no first one is above twelve."""
    firsts, seconds = 0, 0
    for line in lines:
        found = re.match(r"[\u200e\u200f\[(]{0,3}(\d{1,2})/(\d{1,2})/\d{2,4}", line)
        if found:
            firsts, seconds = max(firsts, int(found[1])), max(seconds, int(found[2]))
    return firsts <= 12 < seconds or (firsts <= 12 and seconds <= 12 and firsts < seconds)  # noqa: PLR2004  # months


def read_day(date: str, *, month_first: bool) -> str:
    """Return a date as `2024-01-05`; as it stands where its order is not known; empty for none."""
    numbers = [int(part) for part in re.findall(r"\d+", date)]
    word = re.search(r"[^\W\d_]{3,}", date)
    if len(numbers) == 2 and word and word[0][:3].lower() in _MONTHS:  # noqa: PLR2004  # day and year
        day, year = sorted(numbers) if numbers[0] != numbers[1] else numbers
        month = _MONTHS.index(word[0][:3].lower()) + 1
        return f"{year if year > 99 else 2000 + year}-{month:02}-{day:02}"  # noqa: PLR2004
    if len(numbers) == 1 and word and word[0][:3].lower() in _MONTHS:  # a log without years
        return f"{_MONTHS.index(word[0][:3].lower()) + 1:02}-{numbers[0]:02}"
    if len(numbers) != 3:  # noqa: PLR2004  # day, month, year
        return date.strip()
    if numbers[0] > 31:  # noqa: PLR2004  # the year comes first
        year, month, day = numbers
    else:
        day, month, year = numbers
        if month_first or month > 12:  # noqa: PLR2004
            day, month = month, day
    return f"{year if year > 99 else 2000 + year}-{month:02}-{day:02}"  # noqa: PLR2004  # 24 is 2024
