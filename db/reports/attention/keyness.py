"""How much more often a word occurs in some articles than in others: log-odds ratio with an informative Dirichlet prior.

Monroe, Colaresi and Quinn, "Fightin' Words" (Political Analysis 16, 2008), equations 15 to 22, over articles: a word counts once in
each article that has it, so that one long text or one repeated name says no more than another article would.

    y, n    articles with the word, and all articles; 1 the result, 2 the archive's sample
    a       prior: PRIOR_ARTICLES * (y1 + y2) / (n1 + n2), what both samples together would give of PRIOR_ARTICLES articles
    delta   ln (y1 + a) / (n1 + PRIOR_ARTICLES - y1 - a)  -  ln (y2 + a) / (n2 + PRIOR_ARTICLES - y2 - a)
    z       delta / sqrt of the sum, for both, of 1 / (y + a) + 1 / (n + PRIOR_ARTICLES - y - a)

The second term, which they drop because no word is a large part of a text, is kept: a word may be in nearly all articles.

z cannot judge a result that weighs no more than the prior: of words that are as frequent in 10 articles as in 40 others, not one in
100,000 reaches 3, and a word that is in 6 of the 10 and in no other does not either. There the chance is counted out (`is_key`).
"""

from __future__ import annotations

from math import comb

import numpy as np
from numpy.typing import ArrayLike, NDArray

PRIOR_ARTICLES = 20.0
"""Weight of the prior, in articles: a word in 3 of 250 articles and in none of 500 has z 1.2, one in 12 of 250 z 2.4."""

MIN_Z = 3.0
"""Of 1,000 words that are as frequent here as there, one or two pass this by chance."""
MOST_CHANCE = 0.00135
"""How often 3 is reached by chance: what z would say of a small result, could it."""

Floats = NDArray[np.float64]


def keyness(hits: ArrayLike, others: ArrayLike, articles: ArrayLike, other_articles: ArrayLike) -> Floats:
    """z of each word: above 0 where it is more frequent in the result. Arrays or numbers; `hits` of `articles` have it."""
    y1, y2 = np.asarray(hits, dtype=np.float64), np.asarray(others, dtype=np.float64)
    n1, n2 = np.asarray(articles, dtype=np.float64), np.asarray(other_articles, dtype=np.float64)
    prior = PRIOR_ARTICLES * (y1 + y2) / np.maximum(1.0, n1 + n2)
    # A word of no article, or of every one, is no difference; the bounds keep the logarithms finite.
    prior = np.clip(prior, 1e-9, PRIOR_ARTICLES - 1e-9)
    have1, have2 = y1 + prior, y2 + prior
    lack1, lack2 = n1 + PRIOR_ARTICLES - have1, n2 + PRIOR_ARTICLES - have2
    delta = np.log(have1 / lack1) - np.log(have2 / lack2)
    found: Floats = delta / np.sqrt(1 / have1 + 1 / lack1 + 1 / have2 + 1 / lack2)
    return found


def is_key(z: float, hits: int, others: int, articles: int, other_articles: int) -> bool:
    """Whether a word is more frequent in the result than chance would have it."""
    return chance(hits, others, articles, other_articles) <= MOST_CHANCE if articles <= PRIOR_ARTICLES else z >= MIN_Z


def chance(hits: int, others: int, articles: int, other_articles: int) -> float:
    """How probable so many hits or more are, if the articles with the word were drawn from all alike (Fisher's exact test)."""
    having = hits + others
    ways = sum(
        comb(articles, here) * comb(other_articles, having - here) for here in range(hits, min(articles, having) + 1)
    )
    return ways / comb(articles + other_articles, having)
