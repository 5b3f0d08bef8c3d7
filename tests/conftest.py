"""What all tests share: the running demo web, and the order in which they start."""

from __future__ import annotations

import compileall
import gc
import signal
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import pytest
from execnet.xspec import XSpec
from hypothesis import HealthCheck, settings

from tests.demoweb.web import DemoWeb
from tests.end_to_end.copydesk import Copydesk
from tests.support.forked_workers import fork_workers
from tests.support.new_databases import copy_new_databases
from tests.support.packages import PACKAGES

# Those that took 8 s or more, set-up included, when all were timed on a busy machine, the longest first: they
# start many processes, wait for a clock, or read all pages. One that starts last has the other processes wait for it. A file is
# named where its tests share what takes seconds to make: whoever begins with them does them all, and nobody else makes it again.
LONGEST = (
    "tests/browser/test_inspect.py",
    "tests/cli/extraction/test_dask.py",
    "tests/test_tour.py::test_every_console_prints_what_the_readme_says",
    "tests/scheduler/test_service.py::test_fifty_kills_lose_nothing_and_leave_nothing",
    "tests/end_to_end/crawls/test_replayed_copies.py::test_each_article_once_and_one_revision_each",
    "tests/end_to_end/crawls/test_replayed_web.py::test_every_article_once_and_corrections",
    "tests/patterns/test_linear.py",
    "tests/pipelines/extraction/test_quality_gate.py::test_no_figure_falls_below_the_floor",
    "tests/end_to_end/failures/test_replay_killed.py",
    "tests/end_to_end/crawls/test_bare_scrapy.py::test_list_crawl_and_shell",
    "tests/end_to_end/crawls/test_why.py",
    "tests/pipelines/extraction/test_purity.py::test_clock_order_and_process_change_nothing",
    "tests/end_to_end/failures/test_settle_killed.py",
    "tests/end_to_end/crawls/test_rendering.py",
    "tests/browser/test_drained.py",
    "tests/test_library.py::test_what_type_checkers_see",
    "tests/end_to_end/failures/test_import_killed.py::test_killed_imports_end_like_a_quiet_one",
    "tests/end_to_end/crawls/test_parameters.py::test_ten_crawls",
    "tests/cli/test_faults.py::test_a_damaged_file_is_named_as_such",
    "tests/end_to_end/test_json_output.py",
    "tests/end_to_end/extraction/test_replay.py::test_the_command_gives_identical_rows_resumes_and_undoes",
    "tests/end_to_end/crawls/test_alerts.py::test_a_site_that_falls_silent_raises_one_alert_until_it_speaks",
    "tests/end_to_end/archives/test_backfill.py::test_a_backfill_is_planned_killed_and_continued",
    "tests/test_library.py::test_it_crawls_again_in_a_thread_and_where_a_loop_runs",
    "tests/end_to_end/archives/test_sections.py::test_sections_are_walked_to_their_ends_across_a_kill",
    "tests/scheduler/test_service.py::"
    "test_a_crawl_that_hangs_is_stopped_at_its_limit_and_killed_where_it_does_not_stop",
    "tests/cli/test_odd_starts.py::test_a_proxy_that_does_not_work_is_named_without_its_password",
    "tests/end_to_end/crawls/test_listings.py::test_an_index_without_times_is_learned",
    "tests/cli/output/test_terminal.py::test_nothing_from_outside_is_obeyed_by_the_terminal",
    "tests/test_library.py::test_what_the_guide_shows_is_printed",
    "tests/end_to_end/crawls/test_listings_gone.py::test_a_section_that_is_gone_rests_is_given_up_and_comes_back",
    "tests/end_to_end/failures/test_stops.py::test_kill_9_at_any_moment_then_the_rows_of_a_quiet_run",
    "tests/end_to_end/crawls/test_modified_posts.py::test_only_what_was_modified_is_visited_again",
    "tests/scheduler/test_service.py::test_sources_are_paused_resumed_added_and_crawled_by_hand_meanwhile",
    "tests/crawler/backfill/test_common_crawl.py::test_a_backfill_fetches_records_as_revisions",
    "tests/end_to_end/archives/test_backfill.py::test_the_service_goes_on_beside_its_crawls",
    "tests/end_to_end/failures/test_database_lost.py::test_the_service_goes_on_when_the_disk_has_room_again",
    "tests/end_to_end/crawls/test_main_job.py::test_the_whole_web_in_two_crawls",
    "tests/end_to_end/crawls/test_listings_gone.py::test_a_search_that_is_broken_off_says_so_and_is_begun_anew",
)

# It extracts what no other test has extracted before (`tests/pipelines/extraction/readings.py`).
LAST = "tests/pipelines/extraction/test_extraction_version.py::test_the_number_stands_for_what_is_read"


# The same examples in each run, however long they take: nothing fails that did not fail before the change that is tested. To look
# for more, `--hypothesis-profile=default`.
settings.register_profile("same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("same")


def pytest_configure(config: pytest.Config) -> None:
    """Have Ctrl-C reach the processes that tests start, and compile the code once.

    A shell has what it starts in the background ignore SIGINT, and all processes below it do: tests of Ctrl-C would wait in vain.
    Where Python is told to write no bytecode (PYTHONDONTWRITEBYTECODE, as many images have it), each of the hundreds of processes
    that the tests start would compile the code anew: 0.2 s of 1.2 s that a crawl takes. And each test process would have pytest
    rewrite all tests anew, which is more than half of the 9 s that collecting them takes.
    """
    sys.dont_write_bytecode = False
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if not hasattr(config, "workerinput"):
        for package in (*PACKAGES, "tests"):
            compileall.compile_dir(Path(__file__).parents[1] / package, quiet=2)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config, specs: Sequence[XSpec]) -> None:
    """Fork the processes that test."""
    fork_workers(config, specs)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several processes test, have all but one begin with the longest; have one test come last in any case."""
    items.sort(key=lambda item: item.nodeid == LAST)
    processes = getattr(config, "workerinput", {}).get("workercount", 1)
    if processes > 1:
        items[:] = dealt(items, processes)


def pytest_collection_finish() -> None:
    """Keep the collector from the modules and the thousands of tests, which stay: going through them is a twelfth of the CPU."""
    gc.collect()
    gc.freeze()


def dealt(items: list[pytest.Item], processes: int) -> list[pytest.Item]:
    """Tests in an order of which xdist gives the first half, third, ... to the first process, the next to the second, ...

    The last process gets none of the longest: while they wait, it uses the processor. What comes last is last with the first
    process, of which others take the end when they have done their own.
    """
    named = {item.nodeid: item for item in items}
    last = [named.pop(item) for item in (LAST,) if item in named]
    longest = [
        [named.pop(item) for item in list(named) if item == name or item.startswith(f"{name}::")] for name in LONGEST
    ]
    others = list(named.values())
    order: list[pytest.Item] = []
    for process in range(processes):
        share = (len(items) - len(order)) // (processes - process)
        mine = list(chain.from_iterable(longest[process :: processes - 1])) if process < processes - 1 else []
        at_end = last if process == 0 else []
        rest = max(0, share - len(mine) - len(at_end))
        order += [*mine, *others[:rest], *at_end]
        del others[:rest]
    return order + others


@pytest.fixture(scope="session", autouse=True)
def _share(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Have the sites of the demo web be found once and new databases be migrated once, and `urlopen` use no test's proxy.

    The first call of `urlopen` keeps the proxies of the environment for all later ones: those of `test_library`, if it is first.
    """
    Copydesk.factory = tmp_path_factory
    copy_new_databases()
    urllib.request.install_opener(urllib.request.build_opener())


@pytest.fixture
def demoweb() -> Iterator[DemoWeb]:
    """A demo web of its own for each test: free ports, nothing recorded, nothing corrected. Starts in milliseconds."""
    with DemoWeb() as web:
        yield web
