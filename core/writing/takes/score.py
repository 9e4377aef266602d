"""Which take of a line is kept: likelier than the others, with words of the scene's own, and as people write them."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.data.vocabulary import Vocabulary
from core.run.discriminator import ScriptLine
from core.writing.constraints.index import CorpusIndex
from core.writing.takes.coherence import Coherence
from core.writing.takes.company import Company
from core.writing.takes.line import Take
from core.writing.takes.subject import RareWords, last_lines

CHOICE = (
    3  # ways to write so far; whoever changes what comes of the same request counts on, for codes of before
)
_SHORT = 20  # characters added to a length, so that a word or two is no line's whole score
_LEAST_WORDS = 5  # a share of fewer words says nothing
_ENOUGH = 0.22  # share of rare words that people's lines have; more is worth no more


@dataclass(frozen=True)
class ScoreWeights:
    """What counts how much; chosen in docs/training.md."""

    fluency: float = 1.4  # of log p(line | scene), over what the line's takes have for as many characters
    rare: float = 4.0  # nats for a line with as many rare words as people's have
    carried: float = 5.0  # nats for a rare word that the last lines have
    power: float = 0.7  # of the length, by which the sum of these is divided
    coherence: float = 2.0  # of the cosine between what the line says and what the last lines say
    people: float = 0.6  # of the nats by which the line is people's sooner than the network's
    missed: float = 0.3  # off a line that speaks to somebody who is not there
    unfinished: float = 0.2  # off a long line that could go on; long speeches lose their thread


class LineScore:
    """Chooses among the takes of a line."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        *,
        rare: RareWords | None,
        coherence: Coherence | None = None,
        index: CorpusIndex | None = None,
        names: frozenset[str] = frozenset(),
        weights: ScoreWeights | None = None,
    ) -> None:
        self._vocabulary = vocabulary
        self._rare = rare if rare is not None and rare.is_known else None
        self._coherence = coherence
        self._index = index
        self._names = names  # by which speakers are spoken to
        self._weights = weights or ScoreWeights()

    def choose(self, takes: Sequence[Take], before: str) -> int:
        """Return the index of the take to keep after the text `before`; the first one of equals."""
        if len(takes) == 1:
            return 0
        scores = self.scores(takes, before)
        return scores.index(max(scores))

    def scores(self, takes: Sequence[Take], before: str) -> list[float]:
        """Return what each take is worth."""
        weights = self._weights
        scene = {word.casefold() for line in last_lines(before) for word in self._said(line)}
        subject = self._coherence.subject_before(before) if self._coherence is not None else None
        company = Company.of(before)
        # Against the takes' own mean, so that a short line is worth no more than a long one that is as likely.
        usual = sum(take.nats for take in takes) / max(1, sum(len(take.ids) for take in takes))
        scores = []
        for take in takes:
            text = self._vocabulary.decode(take.ids)
            score = weights.fluency * (usual * len(take.ids) - take.nats)
            if self._rare is not None:
                own = {word.casefold() for word in self._rare.of(text)}
                share = len(own) / max(_LEAST_WORDS, len(text.split()))
                score += weights.rare * min(1.0, share / _ENOUGH)
                score += weights.carried * bool(own & scene)
            score /= (len(text) + _SHORT) ** weights.power
            if self._coherence is not None and subject is not None:
                score += weights.coherence * self._coherence.nearness(text, subject)
            if self._index is not None:
                line = ScriptLine(company.speaker, text.strip(), company.previous)
                score += weights.people * self._index.discriminator.preference(line, self._index.alphabet)
            score -= weights.unfinished * (not take.is_last and not text.endswith("\n"))
            score -= weights.missed * company.misses(text.strip(), names=self._names)
            scores.append(score)
        return scores

    def _said(self, line: str) -> list[str]:
        return self._rare.said(line) if self._rare is not None else []
