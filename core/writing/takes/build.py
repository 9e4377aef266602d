"""From a request for takes to the stream that writes them, or none where a run cannot."""

from collections.abc import Callable, Iterator, Sequence

from core.config import TemperatureScale
from core.data.vocabulary import Vocabulary
from core.writing.constraints.build import ConstrainedWriting
from core.writing.constraints.index import CorpusIndex
from core.writing.generator import Generator
from core.writing.inference.readers import Reader
from core.writing.request import SceneRequest
from core.writing.takes.coherence import Coherence
from core.writing.takes.company import names_of
from core.writing.takes.rules import SceneRules
from core.writing.takes.score import LineScore
from core.writing.takes.stream import Draws, TakesStream
from core.writing.takes.subject import RareWords


def stream_takes(
    request: SceneRequest,
    reader: Reader,
    *,
    generator: Generator,
    vocabulary: Vocabulary,
    index: CorpusIndex | None,
    speakers: Sequence[str],
    strangers: frozenset[str],
    scale: TemperatureScale,
    temperature: float,
    directed: ConstrainedWriting | None,
    before: str,
    end: int | None,
    cancelled: Callable[[], bool] | None,
) -> Iterator[int]:
    """Return the ids that follow `before`, which `reader` and `directed` have read, the best take of each line.

    The raw model keeps to no rules of scenes, and its lines have no heads of their own.
    """
    cast = request.directions.cast if request.directions else ()
    names = (*speakers, *cast)
    rare = RareWords(index.alphabet, common=index.common, names=names) if index is not None else None
    coherence = Coherence(index.vectors, index.alphabet) if index is not None else None
    headings = index is not None and "[" in index.shape.openers
    turns = index is not None and index.shape.turns
    rules = SceneRules(names=names, headings=headings, turns=turns, strangers=strangers.difference(cast))
    addressed = names_of(names, words=index.words.words) if index is not None else frozenset()
    score = LineScore(vocabulary, rare=rare, coherence=coherence, index=index, names=addressed)
    stream = TakesStream(
        generator,
        vocabulary,
        Draws(temperature, request.seed, scale),
        takes=request.takes,
        end=end,
        choose=score.choose,
        rules=rules if directed is not None and names else None,
        rare=rare,
        cancelled=cancelled,
    )
    return stream.stream(reader, directed=directed, before=before, length=request.length, forbidden_first=end)
