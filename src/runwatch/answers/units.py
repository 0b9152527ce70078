"""Words for numbers. All of them come from here, so that one quantity looks one way.

The forms are those of the table "Figures" in the project's rules of looks.
"""

from __future__ import annotations

from datetime import datetime, tzinfo

from runwatch.core.times import SECOND

UNKNOWN = "?"
NOT_APPLICABLE = "–"
_STEPS = tuple((1000 ** (power + 1), suffix) for power, suffix in reversed([*enumerate("kMGTPEZY")]))


def count(number: int) -> str:
    """Exact, a comma every three digits: `2,000,000`."""
    return f"{number:,}"


def signed(number: int) -> str:
    """With its sign: `+1,234`."""
    return f"{number:+,}"


def plural(number: int, noun: str, nouns: str = "") -> str:
    """`1 chunk`, `4 chunks`; `nouns` where the plural is not noun + s."""
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"


def _three_digits(value: float) -> str:
    if value < 9.995:
        return f"{value:.2f}"
    return f"{value:.1f}" if value < 99.95 else f"{value:.0f}"


def short(number: float) -> str:
    """Three digits and k, M, G; exact below 1,000: `812`, `40.0k`, `2.00M`."""
    if round(number) < 1000:
        return str(round(number))
    for size, suffix in _STEPS:
        if number >= size * 0.9995:
            return _three_digits(number / size) + suffix
    return str(round(number))


def prose(number: int) -> str:
    """`short`, as a sentence has it: `2.0M`."""
    text = short(number)
    return text[:-2] + text[-1] if text[-3:-1] == "00" and "." in text else text


def rate(per_second: float) -> str:
    """`134k/s`; one decimal below ten, so that slow is not nothing."""
    if 0 < per_second < 0.05:
        return "<0.1/s"
    if 0 < per_second < 9.95:
        return f"{per_second:.1f}/s"
    return short(per_second) + "/s"


def size(number: int) -> str:
    """Bytes, decimal, three digits, a space: `812 B`, `201 MB`, `4.20 GB`."""
    if number < 1000:
        return f"{number} B"
    for step, unit in _STEPS:
        if number >= step * 0.9995:
            return f"{_three_digits(number / step)} {unit}B"
    return f"{number} B"


def duration(length: int, decimals: int = 1) -> str:
    """`length` in ns: `240 ms`, `14.9 s`, `2m12s`, `1h04m`, `3d02h`. `decimals` for those under a minute."""
    if length < SECOND - 500_000:
        return f"{round(length / 1e6)} ms"
    if length < (60 - 0.5 * 10**-decimals) * SECOND:
        return f"{length / SECOND:.{decimals}f} s"
    seconds = round(length / SECOND)
    for high, low, names in ((86400, 3600, "dh"), (3600, 60, "hm"), (60, 1, "ms")):
        if seconds >= high:
            return f"{seconds // high}{names[0]}{seconds % high // low:02d}{names[1]}"
    return f"{seconds} s"


def whole_duration(length: int) -> str:
    """A length somebody chose: `30m`, `90s`, `2h`."""
    for unit, name in ((86400, "d"), (3600, "h"), (60, "m")):
        if length >= unit * SECOND and length % (unit * SECOND) == 0:
            return f"{length // (unit * SECOND)}{name}"
    return f"{length / SECOND:.3f}".rstrip("0").rstrip(".") + "s"


def age(length: int) -> str:
    """In whole units: `0 s`, `48 s`, `8 m`, `3 h`, `2 d`."""
    seconds = max(0, length) // SECOND
    for unit, name in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= unit:
            return f"{seconds // unit} {name}"
    return f"{seconds} s"


def silence(length: int) -> str:
    """In two units: `48 s`, `9m31s`."""
    return age(length) if length < 60 * SECOND else duration(length // SECOND * SECOND)


def clock(moment: int, zone: tzinfo, milliseconds: bool = False) -> str:
    """`18:13:53`, or `18:13:53.127`."""
    text = datetime.fromtimestamp(moment // SECOND, zone).strftime("%H:%M:%S")
    return f"{text}.{moment % SECOND // 1_000_000:03d}" if milliseconds else text


def day_and_clock(moment: int, now: int, zone: tzinfo) -> str:
    """The clock; on another day than now `22 Nov 18:13`."""
    then, today = (datetime.fromtimestamp(at // SECOND, zone) for at in (moment, now))
    if then.date() == today.date():
        return clock(moment, zone)
    if then.year == today.year:
        return f"{then.day} {then.strftime('%b %H:%M')}"
    return then.strftime("%Y-%m-%d")


def share(part: float) -> str:
    """`38 %`; what is not whole never looks it."""
    percent = round(part * 100)
    return f"{min(percent, 99) if part < 1 else percent} %"


def difference(part: float) -> str:
    """`+0.31 %`."""
    return f"{part * 100:+.2f} %"


def times(number: int) -> str:
    """`once`, `twice`, `3 times`."""
    return {1: "once", 2: "twice"}.get(number, f"{number:,} times")


def ordinal(number: int) -> str:
    """`first`, `second`, … `21st`."""
    words = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
    if 1 <= number <= len(words):
        return words[number - 1]
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"


def one_line(text: str) -> str:
    """The log's own words where there is one line for them: runs of spaces and line breaks are one space."""
    return " ".join(text.split())


def quoted(text: str, limit: int = 160) -> str:
    """The log's own words in quotation marks: its first line, cut."""
    line = text.strip().partition("\n")[0].strip()
    return f'"{line}"' if len(line) <= limit else f'"{line[: limit - 1]}…"'


def speed(rate: float) -> str:
    """`×10`, `×0.1`: so many times as fast as it was."""
    return f"×{rate:g}"
