"""The figures as one Markdown table, people's beside the run's."""

from core.evaluation.scenes.measure import GIVEN, Column

_ROWS = {
    "speakers_in_ten_lines": "different speakers in ten lines of a scene",
    "two_lines_before": "a line's speaker is the one of two lines before",
    "within_last_four": "a line's speaker spoke within the last four",
    "questions_answered": "questions that another speaker answers",
    "subject_carried": "lines with a rare word that one of the four before has",
    "subject_kept": "nearer in subject to the lines before than to others (cosine)",
    "rare_words": "rare words in a line",
    "stock_lines": "lines that the corpus has three times or more",
    "voices_known": "lines whose speaker a classifier tells (chance 0.1)",
    "speaks_after_leaving": "who leaves and then speaks",
    "places_per_500": "headings in 500 characters",
    "characters_per_spoken_line": "characters for each spoken line",
    "spoken_line_length": "length of a spoken line",
    "spoken_line_p10": "a tenth of them are shorter than",
    "spoken_line_p50": "half of them are shorter than",
    "spoken_line_p90": "nine tenths are shorter than",
    "other_series": "scenes with a speaker of another series",
    "judge": "a judge tells them from people's",
}
_LENGTHS = (
    "characters_per_spoken_line",
    "spoken_line_length",
    "spoken_line_p10",
    "spoken_line_p50",
    "spoken_line_p90",
)


def draw_table(columns: dict[str, Column]) -> str:
    """Return the table, and below it what the network makes of people's script."""
    names = ["people", *(name for name in columns if name not in ("people", "network"))]
    titles = ["", "people", *(f"T {name}" for name in names[1:])]
    rows = [f"| {' | '.join(titles)} |", f"|{'---|' * len(titles)}"]
    rows += [
        f"| {text} | {' | '.join(_show(key, columns[name].get(key)) for name in names)} |"
        for key, text in _ROWS.items()
    ]
    network, people = columns["network"], columns["people"]
    given = ", ".join(
        f"{_show('', network.get(f'given_two_before_{temperature:g}'))} at T {temperature:g} "
        f"({_show('', network.get(f'given_speech_{temperature:g}'))} of the lines in which anybody speaks)"
        for temperature in GIVEN
    )
    given += (
        f"; by scenes that go on, at T {GIVEN[0]:g}, {_show('', network.get('given_two_before_written'))} "
        f"({_show('', network.get('given_speech_written'))}); people {_show('', people.get('given_two_before'))}."
    )
    bits = f"{network['bits']:.4f} bits per character of people's script ({network['bits_alone']:.4f} without the cache"
    if "bits_beginnings" in network:
        lost = network["beginnings_over_8"]
        bits += f"; {network['bits_beginnings']:.4f} where a text begins, {lost:.1%} of those over 8"
    foreign = sorted({name for column in columns.values() for name in column.get("other_series_names", [])})
    lines = [
        *rows,
        "",
        f"Given people's script up to a line's start, the speaker of two lines before is named: {given}",
        f"{bits}).",
    ]
    if foreign:
        lines.append(f"Speakers of other series: {', '.join(foreign)}.")
    return "\n".join(lines)


def _show(key: str, value: object) -> str:
    if not isinstance(value, float | int):
        return "-"
    return f"{value:.0f}" if key in _LENGTHS else f"{value:.3f}"
