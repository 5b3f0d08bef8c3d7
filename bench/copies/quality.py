"""Which texts are joined, on invented stories with their reprints and look-alikes.

    python -m bench.copies.quality [--set 1|2] [--misses] [--half a|b] [--json]

Joins the texts as `copydesk cluster --manifest` does, twice. Alone: all originals and filled forms with one relative of each story
at a time, as if no other outlet had printed it; the table shows of each kind how many came into the cluster of their original.
Together: all texts at once, where reprints can lead to each other; precision and recall of the pairs. A kind that may go either way
(a merger of two stories, a live blog) is not counted; but two stories that it leads to each other are joined wrongly.

Set 1 has 25 stories, most of whose relatives a program makes; set 2 has 26, most of whose relatives are written by hand.
Copies by themselves: pairs of copies without the original, as where nobody crawls the agency, that are near copies.
Originals right: of the clusters of two and more copies that belong together, those of which the right one is named as the original.

A relative is in its story's half. `--half` names the misses of one half only, to tune on.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from bench.copies import relatives, second
from bench.copies.relatives import APART, EITHER, JOIN, Text
from pipelines.dedup.normalize import prepare_text
from pipelines.dedup.similarity import PreparedText, is_near_copy
from pipelines.dedup.text_clusters import cluster_texts

HALVES = ("a", "b")
SETS = {"1": relatives.read_texts, "2": second.read_texts}


def clusters_of(texts: Sequence[Text]) -> dict[str, str]:
    """The cluster of each text, by id."""
    found = cluster_texts(text.record() for text in texts)
    return {str(text_id): str(cluster) for text_id, cluster in found}


def pair_expected(one: Text, other: Text) -> str:
    """Whether two texts belong together."""
    if not set(one.stories) & set(other.stories):
        may_join = set(one.stories) & set(other.undecided) or set(one.undecided) & set(other.stories)
        return EITHER if may_join else APART
    expected = {one.expected, other.expected}
    return APART if APART in expected else EITHER if EITHER in expected else JOIN


def rounds(texts: Sequence[Text]) -> Iterator[list[Text]]:
    """The first text of each story, with one relative of each."""
    waiting: dict[str, list[Text]] = defaultdict(list)
    for text in texts:
        waiting[text.stories[0]].append(text)
    always = [group.pop(0) for group in waiting.values()]
    while any(waiting.values()):
        yield always + [group.pop(0) for group in waiting.values() if group]


def measure_alone(texts: Sequence[Text]) -> tuple[dict[str, dict[str, Counter[str]]], list[str]]:
    """By kind and half: how many relatives there are and how many are joined to their story; and the wrong ones."""
    counts: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: {half: Counter() for half in HALVES})
    wrong = []
    counted = set()
    for batch in rounds(texts):
        clusters = clusters_of(batch)
        for text in batch:
            if text.kind == "original" or text.id in counted:
                continue
            counted.add(text.id)
            same = [other for other in batch if other is not text and clusters[other.id] == clusters[text.id]]
            of_story = any({*text.stories, *text.undecided} & set(other.stories) for other in same)
            # A text that belongs to two stories is wrong if it leads them to each other.
            pairs = combinations((text, *same), 2) if text.expected == EITHER else ((text, other) for other in same)
            strange = any(pair_expected(*pair) == APART for pair in pairs)
            # A look-alike or filled form may have no original; what it joins is strange to it.
            joined = strange if text.kind == "filled form" else of_story or (text.expected == APART and strange)
            counts[text.kind][text.half].update(texts=1, joined=joined, strange=strange)
            if strange or (text.expected == JOIN and not of_story):
                wrong.append(text.id)
    return counts, wrong


def count_originals(texts: Sequence[Text], clusters: Mapping[str, str]) -> dict[str, Counter[str]]:
    """By half: how many stories have copies, and of how many the text that was listed first is named as the original."""
    stories: dict[str, list[Text]] = defaultdict(list)
    for text in texts:
        if text.expected == JOIN:
            stories[text.stories[0]].append(text)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for first, *copies in stories.values():
        if copies:
            named = Counter(clusters[text.id] for text in (first, *copies)).most_common(1)[0][0]
            counts[first.half].update(stories=1, right=named == first.id)
    return counts


def measure_pairs(texts: Sequence[Text]) -> dict[str, Counter[str]]:
    """By half: pairs of copies of a story without its original, as where nobody crawls the agency, and how many are near copies."""
    stories: dict[str, list[tuple[Text, PreparedText]]] = defaultdict(list)
    for text in texts:
        if text.expected == JOIN:
            stories[text.stories[0]].append((text, PreparedText(prepare_text(text.record().text))))
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for _, *copies in stories.values():
        for (one, its), (_, others) in combinations(copies, 2):
            counts[one.half].update(pairs=1, joined=is_near_copy(its, others))
    return counts


def measure_together(
    texts: Sequence[Text], clusters: Mapping[str, str]
) -> tuple[dict[str, Counter[str]], Counter[str]]:
    """By half (`across` if the texts are of two): pairs found, missed and wrong; and the wrong ones by kind."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    wrong: Counter[str] = Counter()
    for one, other in combinations(texts, 2):
        expected, joined = pair_expected(one, other), clusters[one.id] == clusters[other.id]
        where = one.half if one.half == other.half else "across"
        if expected == JOIN:
            counts[where]["found" if joined else "missed"] += 1
        elif expected == APART and joined:
            counts[where]["wrong"] += 1
            wrong[" + ".join(sorted((one.kind, other.kind)))] += 1
    return counts, wrong


def report(texts: Sequence[Text]) -> dict[str, Any]:
    """All figures."""
    alone, wrong = measure_alone(texts)
    clusters = clusters_of(texts)
    together, wrong_pairs = measure_together(texts, clusters)
    originals = count_originals(texts, clusters)
    expected = {text.kind: text.expected for text in texts} | {"filled form": APART}
    return {
        "alone": {
            kind: {"expected": expected[kind]}
            | {half: [count["joined"], count["texts"], count["strange"]] for half, count in halves.items()}
            for kind, halves in alone.items()
        },
        "together": {
            half: {
                "precision": count["found"] / max(1, count["found"] + count["wrong"]),
                "recall": count["found"] / max(1, count["found"] + count["missed"]),
                "wrong": count["wrong"],
            }
            for half, count in sorted(together.items())
        },
        "pairs": {half: [count["joined"], count["pairs"]] for half, count in sorted(measure_pairs(texts).items())},
        "originals": {half: [count["right"], count["stories"]] for half, count in sorted(originals.items())},
        "wrong_pairs": dict(wrong_pairs.most_common(12)),
        "misses": wrong,
    }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", choices=SETS, default="1")
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--half", choices=HALVES)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    texts = SETS[arguments.set]()
    figures = report(texts)
    if arguments.json:
        print(json.dumps(figures, ensure_ascii=False))
        return
    print(f"{'joined to their story':44} half a   half b   (with a strange text, both halves)")
    for kind, row in sorted(figures["alone"].items(), key=lambda item: item[1]["expected"], reverse=True):
        cells = "".join(f"{joined:4}/{all_:<3} " for joined, all_, _ in (row["a"], row["b"]))
        print(f"{row['expected']:7}{kind:36} {cells}  {row['a'][2] + row['b'][2] or ''}")
    for half, row in figures["together"].items():
        print(
            f"together, half {half}: precision {row['precision']:.4f}, recall {row['recall']:.4f}, {row['wrong']} wrong pairs"
        )
    for what, name in (("pairs", "copies by themselves"), ("originals", "originals right")):
        print(f"{name}:", ", ".join(f"half {half} {n} of {all_}" for half, (n, all_) in figures[what].items()))
    print("wrong pairs:", figures["wrong_pairs"])
    if arguments.misses:
        halves = {text.id: text.half for text in texts}
        print("\n".join(name for name in figures["misses"] if arguments.half in (None, halves[name])))


if __name__ == "__main__":
    main()
