"""From one distribution over characters to one id: temperature in both scales, masks; pure NumPy."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from core.config import TemperatureScale
from core.errors import PromptError

HOTTEST = 1e6  # above this every distribution over characters is uniform to the last digit
_BLOCK = 64  # characters' worth of noise drawn at once


def check_temperature(temperature: float) -> float:
    """Return `temperature` as a float.

    Raises:
        PromptError: it is negative, infinite or not a number.
    """
    if not 0 <= temperature < float("inf"):
        raise PromptError(
            "The temperature must be 0 or more, such as 0.5, and not {temperature}.", temperature=temperature
        )
    return float(temperature)


def softmax(logits: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return the probabilities that `logits` (..., vocabulary) stand for, in double precision."""
    logits = np.asarray(logits, dtype=np.float64)
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def distribution(
    logits: npt.ArrayLike, *, temperature: float, scale: TemperatureScale = "logits"
) -> npt.NDArray[np.float64]:
    """Return the probabilities (vocabulary,) from which the next character is drawn.

    On the scale of logits a temperature T makes p into p ** (1 / T), normalised; on that of probabilities, into
    exp(p / T), normalised (the lecture notes' formula). At 0 all goes to the likeliest. A logit of minus
    infinity has no probability on either scale.

    Raises:
        PromptError: a temperature that cannot be used.
    """
    scores = _scores(logits, scale)
    if check_temperature(temperature) == 0:
        return np.asarray(np.arange(len(scores)) == scores.argmax(), dtype=np.float64)
    with np.errstate(over="ignore"):  # a tiny temperature sends all but the likeliest to minus infinity
        scaled = (scores - scores.max()) / max(temperature, np.finfo(np.float64).tiny)
    return softmax(np.maximum(scaled, -1e4))


def sample(
    logits: npt.ArrayLike,
    *,
    temperature: float,
    rng: np.random.Generator,
    scale: TemperatureScale = "logits",
) -> int:
    """Return one id drawn from `distribution`."""
    return int(rng.choice(np.size(logits), p=distribution(logits, temperature=temperature, scale=scale)))


class Sampler:
    """Draws id after id at one temperature: the same distribution as `sample`, with its noise drawn in blocks.

    The largest of scores + temperature * Gumbel noise is a draw from the softmax of scores / temperature (Gumbel
    1954; "the Gumbel-max trick"). It needs no division, so 0 and any tiny or huge temperature are safe.
    """

    def __init__(
        self,
        *,
        vocabulary: int,
        temperature: float,
        rng: np.random.Generator,
        scale: TemperatureScale = "logits",
        noise: npt.NDArray[np.float32] | None = None,  # (_BLOCK, vocabulary), to be drawn into
    ) -> None:
        self._temperature = min(check_temperature(temperature), HOTTEST)
        self._scale: TemperatureScale = scale
        self._rng = rng
        # As precise as the logits: two kinds in one sum would be converted at every draw.
        self._noise = np.zeros((_BLOCK, vocabulary), dtype=np.float32) if noise is None else noise
        self._next = _BLOCK
        self._sum = np.empty(vocabulary, dtype=np.float32)
        self._powers, self._ones = np.empty_like(self._sum), np.ones_like(self._sum)
        self._total = np.empty((), dtype=np.float32)

    def draw(self, logits: npt.NDArray[np.floating[Any]]) -> int:
        """Return the next id; a logit of minus infinity is never drawn."""
        if self._temperature == 0:
            return int(logits.argmax())
        if self._next == _BLOCK:
            self.refill()
        noise = self._noise[self._next]
        self._next += 1
        scores = logits if self._scale == "logits" else self._probabilities(logits)
        np.add(scores, noise, out=self._sum, casting="same_kind")
        drawn = int(self._sum.argmax())
        if scores is not logits and logits[drawn] == -np.inf:  # a probability of 0 is one like any other
            drawn = int(np.where(logits == -np.inf, -np.inf, self._sum).argmax())
        return drawn

    def draw_again(
        self, logits: npt.NDArray[np.floating[Any]], *, among: npt.NDArray[np.bool_], step: int | None = None
    ) -> int:
        """Return what the last draw would have been had there only been the ids that `among` marks, at least one.

        The randomness is that of the last draw, or of that at `step` of the block, so it is the same id wherever that
        one is marked.
        """
        if self._temperature == 0:
            return int(np.where(among, logits, -np.inf).argmax())
        scores = logits if self._scale == "logits" else self._probabilities(logits)
        noise = self._noise[self._next - 1 if step is None else step]
        np.add(scores, noise, out=self._sum, casting="same_kind")
        return int(np.where(among & (logits > -np.inf), self._sum, -np.inf).argmax())

    def _probabilities(self, logits: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float32]:
        """Return the softmax of one distribution, sooner than `softmax`; the next call overwrites it.

        Of the quickest in NumPy for some hundred numbers: a view of no dimension spares it broadcasting, and a
        product with ones is sooner than a sum.
        """
        powers, total = self._powers, self._total
        np.subtract(logits, logits[logits.argmax(), ...], out=powers, casting="same_kind")
        np.exp(powers, out=powers)
        powers.dot(self._ones, out=total)
        np.divide(powers, total, out=powers)
        return powers

    def refill(self) -> None:
        """Fill the block with temperature * Gumbel noise: the negative logarithm of exponential noise."""
        noise = self._rng.standard_exponential(self._noise.shape)
        np.maximum(noise, np.finfo(np.float64).tiny, out=noise)
        np.log(noise, out=noise)
        np.multiply(noise, -self._temperature, out=self._noise, casting="same_kind")
        self._next = 0


class Samplers:
    """Draws for several rows at once, each with its own randomness: what a row draws hangs on its generator alone.

    All rows draw at every step until they are left out for good.
    """

    def __init__(
        self,
        rngs: Sequence[np.random.Generator],
        *,
        vocabulary: int,
        temperature: float,
        scale: TemperatureScale = "logits",
    ) -> None:
        self._is_plain = scale == "logits" and temperature > 0
        self._noise = np.zeros((len(rngs), _BLOCK, vocabulary), dtype=np.float32)
        self._rows = [
            Sampler(vocabulary=vocabulary, temperature=temperature, rng=rng, scale=scale, noise=noise)
            for rng, noise in zip(rngs, self._noise, strict=True)
        ]
        self._next = _BLOCK

    def draw(self, logits: npt.NDArray[np.float32], rows: list[int]) -> list[int]:
        """Return the next id of each of `rows`; the logits are (rows, vocabulary)."""
        if not self._is_plain:
            return [self._rows[row].draw(own) for row, own in zip(rows, logits, strict=True)]
        if self._next == _BLOCK:
            for row in rows:
                self._rows[row].refill()
            self._next = 0
        sums = self._noise[rows, self._next]
        sums += logits
        self._next += 1
        drawn: list[int] = sums.argmax(axis=1).tolist()
        return drawn

    def draw_again(self, row: int, logits: npt.NDArray[np.float32], *, among: npt.NDArray[np.bool_]) -> int:
        """Return what the row's last draw would have been among the ids that `among` marks, at least one."""
        sampler = self._rows[row]
        return sampler.draw_again(logits, among=among, step=self._next - 1 if self._is_plain else None)


def _scores(logits: npt.ArrayLike, scale: TemperatureScale) -> npt.NDArray[np.float64]:
    logits = np.asarray(logits, dtype=np.float64)
    if scale == "logits":
        return logits
    return np.where(np.isneginf(logits), -np.inf, softmax(logits))  # exp(0 / T) would let them in again
