"""From what is asked of a scene to the directions that hold it to that, or a sentence why they cannot."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from core.aids import Aids
from core.directions import Directions
from core.directions.base import Direction, Director
from core.directions.cast import check_line, read_cast
from core.directions.ending import Ending
from core.directions.form import CLOSING, Form, Shape
from core.directions.lexicon import Lexicon
from core.directions.loops import NoLoops
from core.directions.originality import Originality
from core.directions.place import clean_place
from core.directions.spelling import Spelling
from core.errors import PromptError
from core.generator import Reader
from core.sampling import Sampler
from core.vocabulary import Vocabulary
from core.words import Alphabet

_ADD = "add its word lists with `python -m core.index`"


@dataclass(frozen=True)
class Directed:
    """The directions of one scene."""

    director: Director
    ending: Ending | None

    def stream(self, sampler: Sampler, *, reader: Reader, forbidden_first: int | None) -> Iterator[int]:
        """Yield id after id, as `Generator.stream` does, up to where the scene ends; the director has read the text."""
        ending = self.ending
        if ending:
            ending.begin()
        forbidden = forbidden_first
        while not (ending and ending.done):
            drawn = self.director.choose(sampler, reader.logits, forbidden=forbidden)
            if ending and ending.stops_before(drawn):
                return
            yield drawn
            reader.read(drawn)
            self.director.read(drawn)
            forbidden = None


def check_directions(
    asked: Directions,
    *,
    line: str,
    speakers: Sequence[str],
    places: Sequence[str],
    vocabulary: Vocabulary,
    aids: Aids | None,
) -> Directions:
    """Return what is asked with its names as the model spells them.

    Raises:
        PromptError: it cannot be done with this run, or contradicts itself or the starting text.
    """
    if aids is None:
        lacking = [
            name
            for name, wanted in (
                ("spelling", asked.spelling),
                ("form", asked.form),
                ("originality", asked.originality is not None),
            )
            if wanted
        ]
        if lacking:
            raise PromptError(
                f"This model has no word lists for {' and '.join(lacking)}; leave that out, or {_ADD}."
            )
    elif asked.originality is not None and asked.originality < aids.runs.run:
        raise PromptError(
            f"Runs of fewer than {aids.runs.run} words are nobody's own; set originality to {aids.runs.run} or more, "
            f"and not {asked.originality}."
        )
    cast = read_cast(asked.cast, speakers=speakers, vocabulary=vocabulary) if asked.cast else ()
    if cast:
        check_line(line, cast)
    place = None if asked.place is None else clean_place(asked.place, vocabulary=vocabulary, places=places)
    return replace(asked, cast=cast, place=place)


def direct(
    asked: Directions, *, length: int, speakers: Sequence[str], vocabulary: Vocabulary, aids: Aids | None
) -> Directed:
    """Return the directions of a scene of `length` characters; `asked` has been checked.

    The weightiest come first: whole words, then the form of lines, then the rest.
    """
    alphabet = aids.alphabet if aids else Alphabet(vocabulary)
    form = _form(asked, alphabet, aids)
    directions: list[Direction] = []
    if aids and asked.spelling:
        directions.append(Spelling(aids.words, alphabet, form=form))
    if form:
        directions.append(form)
    ending = Ending(alphabet, length=length, form=form) if asked.ending else None
    if ending:
        directions.append(ending)
    if asked.loops:
        directions.append(NoLoops(alphabet, named_lines=bool(speakers or asked.cast)))
    if aids and asked.originality is not None:
        directions.append(
            Originality(alphabet, aids.words, aids.runs, aids.hashes, limit=asked.originality, form=form)
        )
    return Directed(Director(directions, vocabulary=len(vocabulary)), ending)


def _form(asked: Directions, alphabet: Alphabet, aids: Aids | None) -> Form | None:
    if asked.cast:
        known = alphabet.vocabulary.characters
        guessed = Shape(openers="".join(opener for opener in CLOSING if opener in known), tags="[(")
        names = Lexicon(asked.cast, alphabet.vocabulary)
        return Form(alphabet, aids.shape if aids else guessed, names=names, strict=True)
    if aids and asked.form:
        return Form(alphabet, aids.shape, names=aids.names, starts=aids.starts)
    return None
