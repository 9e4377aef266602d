"""The weights of one network's characters and context ids, put in the order of another's, by what each stands for."""

from typing import Any

import numpy as np
import numpy.typing as npt

from core.data.context_tables import ContextTables
from core.data.vocabulary import Vocabulary

Array = npt.NDArray[Any]


def match_characters(rows: Array, old: Vocabulary, new: Vocabulary) -> Array:
    """Return the input rows of the characters of `new`, from those of `old`.

    An unknown character is read like its nearest relative that is known, `é` like `e`; without one, like all of them
    on average.
    """
    known = dict(zip(old.characters, rows, strict=True))
    mean = rows.mean(axis=0)
    relatives = {character: old.spell(character).text for character in new.characters}
    return np.stack([known.get(relative, mean) for relative in relatives.values()])


def match_outputs(kernel: Array, bias: Array, old: Vocabulary, new: Vocabulary) -> tuple[Array, Array]:
    """Return the output columns and biases of the characters of `new`, from those of `old`.

    An unknown character is at first as improbable as the most improbable one that is known, whatever was read.
    """
    known = {character: index for index, character in enumerate(old.characters)}
    columns, biases = kernel.T, bias
    mean, least = columns.mean(axis=0), biases.min()
    found = [known.get(character) for character in new.characters]
    return (
        np.stack([mean if index is None else columns[index] for index in found]).T,
        np.array([least if index is None else biases[index] for index in found], dtype=bias.dtype),
    )


def match_rows(rows: Array, old: ContextTables | None, new: ContextTables | None) -> tuple[Array, Array]:
    """Return the rows of the `new` context, from those of the `old` one, and what to add to the gates' bias.

    A row is found by what it stands for. An unknown speaker begins like the guests on average, an unknown place like
    any other place, an unknown label like all labels on average, and a feature that is new with zeros. Of a feature
    that is gone, the row of its absence stays, in the bias: the gates have learnt to expect one.
    """
    nothing = np.zeros(rows.shape[1], dtype=rows.dtype)
    known = {} if old is None else dict(zip(old.row_names(), rows, strict=True))
    unknown, absent = _stand_ins(known)
    wanted = [] if new is None else new.row_names()
    matched = [known.get(name, unknown.get(name[0], nothing)) for name in wanted]
    left = {feature for feature, _ in wanted}
    bias = np.sum([row for feature, row in absent.items() if feature not in left], axis=0) + nothing
    return np.stack(matched) if matched else rows[:0], bias.astype(rows.dtype)


def _stand_ins(known: dict[tuple[str, str], Array]) -> tuple[dict[str, Array], dict[str, Array]]:
    """Return the row of what a feature does not know by name, and that of a text in which it never says anything."""
    features: dict[str, dict[str, Array]] = {}
    for (feature, name), row in known.items():
        features.setdefault(feature, {})[name] = row
    unknown: dict[str, Array] = {}
    absent: dict[str, Array] = {}
    for feature, rows in features.items():
        named = [row for name, row in rows.items() if name.startswith("=")]
        strangers = [row for name, row in rows.items() if name == "other" or name.startswith("guest")]
        unknown[feature] = np.mean(strangers or named or list(rows.values()), axis=0)
        # Every text that was learnt had a label; without headings a scene is as long as its text.
        without = {"label": unknown[feature], "progress": list(rows.values())[-1]}
        absent[feature] = without[feature] if feature in without else rows.get("", unknown[feature])
    return unknown, absent
