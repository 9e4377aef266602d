"""Sampling: one distribution in both scales, its limits, and draws that follow it."""

import numpy as np
import numpy.typing as npt
import pytest

from core.config import TemperatureScale
from core.errors import PromptError
from core.writing.sampling import Sampler, check_temperature, distribution, sample, softmax

LOGITS = np.log([0.5, 0.3, 0.15, 0.05])
SCALES: list[TemperatureScale] = ["logits", "probabilities"]
DRAWS = 20_000
# The chi-square distribution's 99.9 % point at 3 degrees of freedom.
CHI_SQUARE_3 = 16.27


def chi_square(ids: list[int], expected: npt.NDArray[np.float64]) -> float:
    """Return Pearson's statistic of drawn ids against probabilities, all of them above zero."""
    counts = np.bincount(ids, minlength=len(expected))
    wanted = expected * len(ids)
    return float(((counts - wanted) ** 2 / wanted).sum())


def test_distribution_divides_logits() -> None:
    """On the scale of logits a temperature of 1/2 squares the probabilities."""
    expected = np.array([0.25, 0.09, 0.0225, 0.0025]) / 0.365
    np.testing.assert_allclose(distribution(LOGITS, temperature=0.5), expected, rtol=1e-12)


def test_distribution_divides_probabilities_as_the_notes_do() -> None:
    """On the scale of probabilities it is the lecture's exp(p / T), normalised."""
    powers = np.exp(np.array([0.5, 0.3, 0.15, 0.05]) / 0.2)
    ours = distribution(LOGITS, temperature=0.2, scale="probabilities")
    np.testing.assert_allclose(ours, powers / powers.sum(), rtol=1e-12)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("temperature", [0, 5e-324, 1e-300, 1e-12])
def test_distribution_at_nothing_takes_the_likeliest(scale: TemperatureScale, temperature: float) -> None:
    """A temperature of nothing or next to it leaves the likeliest alone, without a warning."""
    assert distribution(LOGITS, temperature=temperature, scale=scale).tolist() == [1, 0, 0, 0]


@pytest.mark.parametrize("scale", SCALES)
def test_distribution_at_a_huge_temperature_is_even(scale: TemperatureScale) -> None:
    """A huge temperature makes every character equally likely."""
    np.testing.assert_allclose(distribution(LOGITS, temperature=1e300, scale=scale), [0.25] * 4)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("temperature", [0, 1e-300, 0.5, 1, 1e300])
@pytest.mark.parametrize(
    "logits",
    [
        [1e300, 0.0, -1e300, 5.0],
        [3e38, 3e38, 3e38, -3e38],
        [-np.inf, 0.0, -np.inf, 1.0],
        [0.0, -np.inf, -np.inf, -np.inf],
        [0.0, 0.0, 0.0, 0.0],
    ],
)
def test_distribution_stays_a_distribution(
    logits: list[float], temperature: float, scale: TemperatureScale
) -> None:
    """Whatever the logits and the temperature, the shares are finite and add up to one."""
    shares = distribution(logits, temperature=temperature, scale=scale)
    assert np.isfinite(shares).all()
    assert shares.sum() == pytest.approx(1)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("temperature", [0, 1e-300, 0.03, 0.5, 1e300])
def test_distribution_never_holds_what_is_masked(temperature: float, scale: TemperatureScale) -> None:
    """A logit of minus infinity has no probability at any temperature, on either scale."""
    shares = distribution([-np.inf, 0.0, 0.1, -np.inf], temperature=temperature, scale=scale)
    assert shares[[0, 3]].tolist() == [0, 0]


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("temperature", [0, 1e-300, 0.03, 1e300])
def test_sampler_never_draws_what_is_masked(temperature: float, scale: TemperatureScale) -> None:
    """A logit of minus infinity is never drawn, on either scale."""
    sampler = Sampler(vocabulary=4, temperature=temperature, rng=np.random.default_rng(1), scale=scale)
    logits = np.array([-np.inf, 0.0, 0.1, -np.inf], dtype=np.float32)
    assert {sampler.draw(logits) for _ in range(300)} <= {1, 2}


def test_sampler_survives_every_limit() -> None:
    """Tiny and huge temperatures with huge logits draw an id, without a warning."""
    logits = np.array([3e38, -3e38, 0, 3e38], dtype=np.float32)
    for temperature in (0, 5e-324, 1e-300, 1e-12, 1e12, 1e300):
        sampler = Sampler(vocabulary=4, temperature=temperature, rng=np.random.default_rng(1), scale="logits")
        assert 0 <= sampler.draw(logits) < 4


@pytest.mark.parametrize(
    ("scale", "temperature"), [("logits", 1), ("logits", 0.5), ("logits", 3), ("probabilities", 0.2)]
)
def test_sampler_follows_the_distribution(scale: TemperatureScale, temperature: float) -> None:
    """The sampler's draws pass a chi-square test against the distribution."""
    sampler = Sampler(vocabulary=4, temperature=temperature, rng=np.random.default_rng(7), scale=scale)
    drawn = [sampler.draw(LOGITS) for _ in range(DRAWS)]
    assert chi_square(drawn, distribution(LOGITS, temperature=temperature, scale=scale)) < CHI_SQUARE_3


def test_sample_follows_the_distribution() -> None:
    """Single draws pass a chi-square test against the distribution."""
    rng = np.random.default_rng(7)
    drawn = [sample(LOGITS, temperature=0.8, rng=rng) for _ in range(DRAWS)]
    assert chi_square(drawn, distribution(LOGITS, temperature=0.8)) < CHI_SQUARE_3


def test_sampler_repeats_with_its_seed() -> None:
    """The same seed draws the same ids, across the blocks in which noise is made."""
    first, second = (Sampler(vocabulary=4, temperature=1, rng=np.random.default_rng(5)) for _ in range(2))
    assert [first.draw(LOGITS) for _ in range(200)] == [second.draw(LOGITS) for _ in range(200)]


@pytest.mark.parametrize("temperature", [-0.1, -np.inf, np.inf, np.nan])
def test_temperature_is_refused_where_it_means_nothing(temperature: float) -> None:
    """A negative or infinite temperature, or none at all, is refused with a sentence."""
    with pytest.raises(PromptError, match="temperature must be 0 or more"):
        check_temperature(temperature)
    with pytest.raises(PromptError, match="temperature must be 0 or more"):
        distribution(LOGITS, temperature=temperature)


def test_softmax_keeps_its_digits_far_from_zero() -> None:
    """Logits of any size give the same probabilities as if they were near zero."""
    np.testing.assert_allclose(softmax(LOGITS + 1e6), [0.5, 0.3, 0.15, 0.05], rtol=1e-9)
