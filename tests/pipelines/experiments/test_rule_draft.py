"""What is proposed of candidates that pages have."""

from __future__ import annotations

import pytest

from pipelines.experiments.page_candidates import candidates_of_article
from pipelines.experiments.rule_draft import FIELDS, Draft

UNSIGNED = (
    '<!DOCTYPE html><html lang="en"><head><title>Ferry to sail again</title></head><body><article><h1>Ferry to sail again</h1>'
    '<span class="reporter">{0}</span><p>The harbour office said that the ferry would sail again after the storm.</p></article>'
)


@pytest.mark.parametrize(("name", "proposed"), [("Harbour Post", []), ("Vera Holt", ["authors"])])
def test_the_outlets_name_is_no_author_to_propose(name: str, proposed: list[str]) -> None:
    """Unsigned pages print the outlet where others have a reporter."""
    draft = Draft(lacking=dict.fromkeys(FIELDS, range(9)), outlets={"Harbour Post"})
    for number in range(9):
        draft.add(number, f"/news/{number}", True, candidates_of_article(UNSIGNED.format(name)))
    assert [one.field for one in draft.field_proposals()] == proposed
