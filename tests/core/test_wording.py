"""Numbers of things, in words."""

import pytest

from core.wording import count, describe_epochs


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "1 episode"), (0, "0 episodes"), (1_234_567, "1,234,567 episodes"), (0.5, "0.5 episodes")],
)
def test_one_thing_is_not_several(number: float, words: str) -> None:
    """One has no s, and large numbers keep all their digits."""
    assert count(number, "episode") == words


@pytest.mark.parametrize(("number", "words"), [(5.22642, "5.2 epochs"), (1, "1 epoch"), (2.96, "3 epochs")])
def test_epochs_are_said_shortly(number: float, words: str) -> None:
    """Of a part of an epoch the first digit is enough."""
    assert describe_epochs(number) == words
