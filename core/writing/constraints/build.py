"""From what is asked of a scene to the directions that hold it to that, or a sentence why they cannot."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from core.data.vocabulary import Vocabulary
from core.data.words import Alphabet
from core.errors import PromptError
from core.writing.constraints.base import Constraint, ConstraintSet, Forks
from core.writing.constraints.cast import check_line, read_cast
from core.writing.constraints.ending import EndingConstraint
from core.writing.constraints.form import CLOSING, FormConstraint, Shape
from core.writing.constraints.index import CorpusIndex
from core.writing.constraints.originality import OriginalityConstraint
from core.writing.constraints.place import PlaceConstraint, clean_place
from core.writing.constraints.repetition import RepetitionConstraint
from core.writing.constraints.spelling import SpellingConstraint
from core.writing.constraints.word_lists.lexicon import Lexicon, ShowLists
from core.writing.directions import Directions
from core.writing.inference.readers import Reader
from core.writing.sampling import Sampler


@dataclass(frozen=True)
class ConstrainedWriting:
    """The directions of one scene."""

    constraints: ConstraintSet
    ending: EndingConstraint | None

    def fork(self) -> "ConstrainedWriting":
        """Return directions that go on from here by themselves, as long as these read nothing."""
        forks = Forks()
        return ConstrainedWriting(self.constraints.fork(forks), forks.of(self.ending))

    def stream(
        self, sampler: Sampler, *, reader: Reader, length: int, forbidden_first: int | None
    ) -> Iterator[int]:
        """Yield id after id, as `Generator.stream` does, up to where the scene ends; all have read the text."""
        ending = self.ending
        if ending:
            ending.begin(length)
        forbidden = forbidden_first
        while not (ending and ending.done):
            drawn = self.constraints.choose(sampler, reader.logits, forbidden=forbidden)
            if ending and ending.stops_before(drawn):
                return
            yield drawn
            reader.read(drawn)
            self.constraints.read(drawn)
            forbidden = None


def check_directions(
    asked: Directions,
    *,
    line: str,
    speakers: Sequence[str],
    places: Sequence[str],
    vocabulary: Vocabulary,
    index: CorpusIndex | None,
) -> Directions:
    """Return what is asked with its names as the model spells them.

    Raises:
        PromptError: it cannot be done with this run, or contradicts itself or the starting text.
    """
    if index is None:
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
                "This model has no word lists for {options}; leave that out, or add its word lists with "
                "`python -m core.training.results.index`.",
                options=", ".join(lacking),
            )
    elif asked.originality is not None and asked.originality < index.runs.run:
        raise PromptError(
            "Runs of fewer than {run} words are nobody's own; set originality to {run} or more, and "
            "not {originality}.",
            run=index.runs.run,
            originality=asked.originality,
        )
    cast = read_cast(asked.cast, speakers=speakers, vocabulary=vocabulary) if asked.cast else ()
    if cast:
        check_line(line, cast)
    place = None if asked.place is None else clean_place(asked.place, vocabulary=vocabulary, places=places)
    return replace(asked, cast=cast, place=place)


def direct(
    asked: Directions,
    *,
    speakers: Sequence[str],
    vocabulary: Vocabulary,
    index: CorpusIndex | None,
    lists: ShowLists | None = None,
) -> ConstrainedWriting:
    """Return the directions of a scene; `asked` has been checked.

    Spelling knows the words of `lists`, by default all of the index, and form their places.

    The weightiest come first: whole words, then the form of lines, then the rest.
    """
    alphabet = index.alphabet if index else Alphabet(vocabulary)
    form = _form(asked, alphabet, index)
    directions: list[Constraint] = []
    if lists and lists.places and asked.form:
        directions.append(PlaceConstraint(lists.places, vocabulary))
    if index and asked.spelling:
        directions.append(SpellingConstraint(lists.words if lists else index.words, alphabet, form=form))
    if form:
        directions.append(form)
    ending = EndingConstraint(alphabet, form=form) if asked.ending else None
    if ending:
        directions.append(ending)
    if asked.loops:
        directions.append(RepetitionConstraint(alphabet, named_lines=bool(speakers or asked.cast)))
    if index and asked.originality is not None:
        directions.append(
            OriginalityConstraint(
                alphabet,
                index.words,
                index.runs,
                index.hashes,
                limit=asked.originality,
                form=form,
            )
        )
    return ConstrainedWriting(ConstraintSet(directions, vocabulary=len(vocabulary), veto=ending), ending)


def _form(asked: Directions, alphabet: Alphabet, index: CorpusIndex | None) -> FormConstraint | None:
    if asked.cast:
        known = alphabet.vocabulary.characters
        guessed = Shape(openers="".join(opener for opener in CLOSING if opener in known), tags="[(")
        names = Lexicon(asked.cast, alphabet.vocabulary)
        return FormConstraint(alphabet, index.shape if index else guessed, names=names, strict=True)
    if index and asked.form:
        return FormConstraint(alphabet, index.shape, names=index.names, starts=index.starts)
    return None
