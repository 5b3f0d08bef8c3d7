"""How a dictionary ages while a site's template changes: simulated weeks, `python -m bench.database.body_drift`.

A template of 60 blocks (1 to 5 KB), of which a share changes each week; pages have a story of their own. At week 26 all blocks are
new (a redesign). Prints bytes of a page by the first dictionary, by one renewed every 4 weeks, and without.
"""

from __future__ import annotations

import random
import statistics
import sys

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

from db.bodies.dictionaries import compress_with_dictionary

_BLOCKS, _WEEKS, _REDESIGN = 60, 34, 26


def _text(dice: random.Random, length: int) -> str:
    vocabulary = ["".join(dice.choices("etaoinshrdlu", k=dice.randint(2, 9))) for _ in range(400)]
    return " ".join(dice.choices(vocabulary, k=length // 6))


def main() -> None:
    """Simulate and print."""
    for share in (0.01, 0.03, 0.05):
        dice = random.Random(1)
        blocks = [f"<div>{_text(dice, dice.randint(1000, 5000))}</div>" for _ in range(_BLOCKS)]

        def page(dice: random.Random = dice, blocks: list[str] = blocks) -> bytes:
            return ("".join(blocks) + _text(dice, 4000)).encode()

        first = renewed = zstd.ZstdDict(page() + page() + page(), is_raw=True)
        for week in range(_WEEKS + 1):
            if week:
                for index in range(_BLOCKS):
                    if week == _REDESIGN or dice.random() < share:
                        blocks[index] = f"<div>{_text(dice, dice.randint(1000, 5000))}</div>"
            if week % 4 == 0 and week:
                renewed = zstd.ZstdDict(page() + page() + page(), is_raw=True)
            if week in (0, 1, 2, 4, 7, 11, 15, 25, 26, 27, 31, 34):
                pages = [page() for _ in range(3)]
                means = [
                    round(statistics.mean(len(compress_with_dictionary(by, body)) for body in pages))
                    for by in (first, renewed)
                ]
                plain = round(statistics.mean(len(zstd.compress(body, level=3)) for body in pages))
                print(
                    f"{share:.0%} a week, week {week}: first {means[0]:,}, renewed {means[1]:,}, plain {plain:,}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
