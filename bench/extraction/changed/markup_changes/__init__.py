"""The same page in other markup: whether it is read the same.

    python -m bench.extraction.changed.markup_changes CORPUS... [--changes NAME...] [--every N] [--half A|B] [--jobs N]
                                             [--misses [N]] [--json FILE]

CORPUS is a folder with gold.jsonl and pages/<id>.html.gz; labels are not used. Each page is read, its markup changed in each of the
ways of `CHANGES` while what it says stays, and read again. Figures are the shares of the pages on which a field is read as before:
the words of the text with an F1 of at least `SAME_TEXT`, all other fields to the letter.

Changes of the tree are compared with the tree that is written anew unchanged (the change "written anew", which is itself compared
with the page as received). Where a change takes what is stated for machines, only what is printed is compared, and of times the
day.

The halves are those of `quality`, by site. `--misses` prints what is read otherwise in half A; half B is measured and never looked
at. `--every N` takes one page in N, drawn by its name.
"""
