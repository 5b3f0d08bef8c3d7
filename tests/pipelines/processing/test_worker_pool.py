"""Worker processes: a task is blamed only for what it does itself; trouble of the machine ends the pool and is no task's fault."""

from __future__ import annotations

import gc
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from dataclasses import dataclass
from pathlib import Path

import pytest

from db.errors import MachineError
from pipelines.processing.worker_pool import TaskDied, TaskFailed, TaskTooSlow, WorkerPool
from pipelines.processing.worker_process import NEW_OBJECTS
from tests.support.deadline import within

ROOT = Path(__file__).parent.parent.parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Deeds:
    """A work whose tasks are words. `rehearses`, `prepares`: whether that goes well."""

    folder: Path
    rehearses: bool = True
    prepares: bool = True
    name: str = "deed"
    preload: tuple[str, ...] = ("pipelines.processing.worker_process",)

    def init_worker(self) -> Callable[[str], object]:
        if not self.prepares:
            raise ModuleNotFoundError("No module named 'lost'", name="lost")
        return self.do

    def run_known_task(self) -> None:
        if not self.rehearses:
            raise MemoryError("nothing goes here")

    def do(self, task: str) -> object:
        with (self.folder / "done").open("a", encoding="utf-8") as file:
            file.write(f"{task} {os.getpid()}\n")
        match task:
            case "spin":
                while True:
                    pass
            case "sleep":
                time.sleep(1.5)  # as where another program has the processor, or the disk
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "eat":
                return len(bytearray(3 << 30))
            case "import":
                import lost  # type: ignore[import-not-found]  # noqa: F401
            case "open":
                raise OSError(24, "Too many open files")
            case "raise":
                raise ValueError("a mistake of the task")
            case "big":
                return bytes(200 << 20)
            case "collector":
                return gc.get_threshold()[0], any(one is self for one in gc.get_objects())
        return task.upper()

    def did(self) -> list[str]:
        return [line.split()[0] for line in (self.folder / "done").read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def deeds(tmp_path: Path) -> Deeds:
    return Deeds(folder=tmp_path)


@pytest.fixture
def pool(deeds: Deeds) -> Iterator[WorkerPool]:
    pool = WorkerPool(deeds, processes=1, timeout_s=1.0)
    yield pool
    pool.stop()


def failure(pool: WorkerPool, task: str) -> BaseException:
    error = pool.submit(task).exception(timeout=120)
    assert error is not None
    return error


@pytest.mark.parametrize(
    ("task", "kind", "times", "says"),
    [
        ("spin", TaskTooSlow, 1, "more than 1 s"),
        ("die", TaskDied, 2, "ended, 2 times"),
        ("eat", TaskDied, 2, "MemoryError"),
        ("open", TaskDied, 2, "Too many open files"),
        ("raise", TaskDied, 1, "a mistake of the task"),
        ("big", TaskDied, 1, "200 MiB"),
    ],
)
def test_what_a_task_does_is_its_own_fault_and_the_others_go_on(
    pool: WorkerPool, deeds: Deeds, task: str, kind: type[TaskFailed], times: int, says: str
) -> None:
    assert pool.submit("before").result(timeout=120) == "BEFORE"
    error = failure(pool, task)
    assert type(error) is kind
    assert says in str(error)
    assert pool.submit("after").result(timeout=120) == "AFTER"
    assert deeds.did() == ["before", *[task] * times, "after"]


def test_waiting_for_a_processor_is_not_being_slow(pool: WorkerPool) -> None:
    assert pool.submit("sleep").result(timeout=120) == "SLEEP"


def test_a_process_seldom_looks_for_cycles_and_never_among_what_it_began_with(pool: WorkerPool) -> None:
    assert pool.submit("collector").result(timeout=120) == (NEW_OBJECTS, False)


def test_a_module_that_is_missing_ends_the_pool(pool: WorkerPool, deeds: Deeds) -> None:
    waiting = [pool.submit(task) for task in ("import", "later", "last")]
    for future in waiting:
        error = future.exception(timeout=120)
        assert isinstance(error, MachineError)
        assert "lost" in str(error)
    assert deeds.did() == ["import", "import"]


@pytest.mark.parametrize(
    ("lacking", "says"), [({"prepares": False}, "No module named 'lost'"), ({"rehearses": False}, "known to be good")]
)
def test_a_process_that_cannot_do_what_is_known_to_be_good_ends_the_pool(
    tmp_path: Path, lacking: dict[str, bool], says: str
) -> None:
    pool = WorkerPool(Deeds(folder=tmp_path, **lacking), processes=2, timeout_s=5.0)  # type: ignore[arg-type]
    error = failure(pool, "eat")
    pool.stop()
    assert isinstance(error, MachineError)
    assert says in str(error)


def test_a_pool_that_is_stopped_cancels_and_leaves_no_process(deeds: Deeds) -> None:
    pool = WorkerPool(deeds, processes=2, timeout_s=60.0)
    futures = [pool.submit(task) for task in ("spin", "spin", "spin")]
    while not (deeds.folder / "done").exists() or len(deeds.did()) < 2:
        time.sleep(0.05)
    with within(5):
        pool.stop()
    for future in futures:
        with pytest.raises(CancelledError):
            future.result(timeout=0)
    pids = [int(line.split()[1]) for line in (deeds.folder / "done").read_text(encoding="utf-8").splitlines()]
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]


# Limits of the machine, each set on a process of its own as a shell would.
_LIMITED = """
import resource, sys
from pathlib import Path
from db.errors import MachineError
from pipelines.processing.worker_pool import WorkerPool
from tests.pipelines.processing.test_worker_pool import Deeds
if __name__ == "__main__":
    which, soft = getattr(resource, sys.argv[2]), int(sys.argv[3])
    resource.setrlimit(which, (soft, soft))
    pool = WorkerPool(Deeds(folder=Path(sys.argv[1])), processes=2, timeout_s=20.0)
    for future in [pool.submit(task) for task in sys.argv[4:]]:
        error = future.exception(timeout=120)
        print("MACHINE" if isinstance(error, MachineError) else error or "done", error)
    pool.stop()
"""


def limited(folder: Path, which: str, soft: int, *tasks: str) -> list[str]:
    script = folder / "limited.py"
    script.write_text(_LIMITED, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, str(script), str(folder), which, str(soft), *tasks],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    return ran.stdout.splitlines()


@pytest.mark.parametrize("files", [9, 12, 14, 16])
def test_no_file_handles_are_no_property_of_a_task(tmp_path: Path, files: int) -> None:
    """Whether a few suffice or not: every task gets its answer, and none is blamed."""
    told = limited(tmp_path, "RLIMIT_NOFILE", files, "one", "two", "three")
    assert len(told) == 3
    assert all(line.startswith(("MACHINE", "done")) for line in told)
    assert files > 9 or told[0].startswith("MACHINE")


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_AS"), reason="this system limits no address space")
def test_little_memory_is_no_property_of_a_task(tmp_path: Path) -> None:
    """A task that would fit into what it may use, and does not fit into what the machine gives."""
    told = limited(tmp_path, "RLIMIT_AS", 900 << 20, "one", "eat")
    assert told[0].startswith("done")
    assert told[1].startswith("MACHINE")
    assert "900 MiB of address space" in told[1]
    assert "ulimit -v" in told[1]
