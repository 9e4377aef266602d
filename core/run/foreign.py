"""Which names of other shows a show never says: Janeway in *Deep Space Nine*, Quark on the first *Enterprise*."""

from collections import Counter
from collections.abc import Sequence

from core.data.words import Alphabet

_LEAST_LETTERS = 3
_LEAST_EXPECTED = (
    3.0  # times that a show of this length would say the word if it said it as often as the others do
)
_MOST_SAID = 1 / 20  # of what is expected
_MOST_SMALL = 1 / 20  # of the word's occurrences with a small first letter; names have few
_POSSESSIVE = "'s"


def find_foreign_words(
    episodes: Sequence[str], labels: Sequence[str], alphabet: Alphabet
) -> dict[str, list[str]]:
    """Return for each label the words with a capital that other labels' texts say, and its own as good as never.

    A word is foreign where its absence cannot be chance; a label of little text has few. Without two labels there are
    none. `Janeway's` counts as `Janeway`.
    """
    said: dict[str, Counter[str]] = {}
    for text, label in zip(episodes, labels, strict=True) if labels else ():
        if label:
            said.setdefault(label, Counter()).update(alphabet.words(text))
    names: dict[str, Counter[str]] = {label: Counter() for label in said}
    small: Counter[str] = Counter()
    for label, counts in said.items():
        for word, count in counts.items():
            name = word.removesuffix(_POSSESSIVE)
            if len(name) < _LEAST_LETTERS or name.isupper():
                continue
            if name[0].isupper():
                names[label][name] += count
            else:
                small[name] += count
    lengths = {label: counts.total() for label, counts in said.items()}
    every: Counter[str] = sum(names.values(), Counter())
    if len(said) == 1:
        return {}
    return {
        label: sorted(
            name
            for name, count in every.items()
            if small[name.lower()] <= _MOST_SMALL * count
            and _is_foreign(names[label][name], count, lengths[label] / sum(lengths.values()))
        )
        for label in said
    }


def _is_foreign(own: int, every: int, share: float) -> bool:
    """Return whether `own` of `every` occurrences are too few for texts that are `share` of all."""
    expected = (every - own) * share / (1 - share)
    return expected >= _LEAST_EXPECTED and own <= _MOST_SAID * expected
