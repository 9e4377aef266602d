"""A script on a terminal: what is a speaker, a direction or a heading is told apart."""

import io

import pytest

from bot.app.console.terminal import Terminal


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say yes."""
        return True


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("KIRA [OC]: (sighs) No.", "\x1b[1mKIRA [OC]:\x1b[0m \x1b[3m(sighs)\x1b[0m No."),
        ("[Ops]", "\x1b[1;36m[Ops]\x1b[0m"),
        ("(She leaves.)", "\x1b[3m(She leaves.)\x1b[0m"),
        ("a name: here \x1b[2J", "\x1b[1ma name:\x1b[0m here [2J"),
        ("", ""),
    ],
)
def test_terminal_styles_the_lines_of_a_script(line: str, shown: str) -> None:
    """Each kind of line has its style, and nothing in a line steers the terminal."""
    screen = Screen()
    Terminal(screen).show_script(line)
    assert screen.getvalue() == f"{shown}\n"
