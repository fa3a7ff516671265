"""Quantiles of the gamma distribution with unit scale, which exact Poisson intervals are made of."""

from math import exp, inf, lgamma, log, ulp

GROWTH = 2.0
CONVERGED = 1e-15


def gamma_quantile(probability: float, shape: float) -> float:
    """The x at which the regularised incomplete gamma function P(shape, x) reaches the probability.

    By bisection down to neighbouring floats; raises ValueError unless 0 < probability < 1 and shape > 0.
    """
    if not (0 < probability < 1 and shape > 0):
        raise ValueError(f"no gamma quantile for probability {probability} and shape {shape}")
    low, high = 0.0, shape
    while regularised_gamma(shape, high) < probability:
        low, high = high, high * GROWTH
    while high - low > ulp(high):
        middle = (low + high) / 2
        if regularised_gamma(shape, middle) < probability:
            low = middle
        else:
            high = middle
    return high


def regularised_gamma(shape: float, x: float) -> float:
    """P(shape, x): the series of DLMF 8.11.4 below shape + 1, one minus the continued fraction of 8.9.2 above."""
    if x <= 0:
        return 0.0
    if x < shape + 1:
        return _series(shape, x) * _front(shape, x)
    return 1 - _fraction(shape, x) * _front(shape, x)


def _front(shape: float, x: float) -> float:
    return exp(shape * log(x) - x - lgamma(shape))


def _series(shape: float, x: float) -> float:
    term = total = 1 / shape
    n = shape
    while term > ulp(total) / 2:
        n += 1
        term *= x / n
        total += term
    return total


def _fraction(shape: float, x: float) -> float:
    """The continued fraction by the method of Lentz (1976); above shape + 1 its denominators stay positive."""
    b = x + 1 - shape
    c, d = inf, 1 / b
    result, n, factor = d, 0, 0.0
    while abs(factor - 1) > CONVERGED:
        n += 1
        a = -n * (n - shape)
        b += 2
        d = 1 / (a * d + b)
        c = b + a / c
        factor = c * d
        result *= factor
    return result
