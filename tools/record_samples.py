"""Make the logs of `sample_runs/` anew, from runs of rivet that are made for it.

    python tools/record_samples.py [--into FOLDER] [--journals FOLDER] [ONLY …]

A PostgreSQL is started, rivet exports from it (`tests/real/recordings.py`, `tests/real/kept.py`), and
`tools/make_samples.py` makes the logs from the journals that it leaves; those that are not played, or did not show
what they were to show, come from `tests/data/journals`, and which ones did not is said. One log is what `runwatch
record` makes of a run (`tests/real/recorded.py`). One minute. `--journals` keeps the journals; with ONLY, names of
journals, `recorded` or `state`, no others are made anew.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

from make_samples import make  # noqa: E402
from tests.real.demanding import NotMadeError  # noqa: E402
from tests.real.kept import keep, night  # noqa: E402
from tests.real.postgres import Server, roomy, running  # noqa: E402
from tests.real.recorded import recorded  # noqa: E402
from tests.real.recordings import RECORDINGS, record  # noqa: E402
from tests.real.rivet import Project  # noqa: E402

SHIPPED = ROOT / "tests" / "data" / "journals"
AT_ONCE = 3
STATE = Path("state") / ".rivet_state.db"
RECORDED = "orders-recorded.jsonl"


def record_all(server: Server, work: Path, journals: Path, only: list[str]) -> None:
    """Play what is wanted, some at once since they mostly wait, and write the journals over those that are there."""

    def play(number: int) -> None:
        how, names = RECORDINGS[number]
        project = Project(work / f"project-{number}", server.database())
        try:
            made = record(how, names, project)
        except NotMadeError as reason:
            print(f"   not made anew  {' '.join(filter(None, names))}: {reason}", flush=True)
            made = {}
        for name, journal in made.items():
            text = json.dumps(journal, ensure_ascii=False, separators=(",", ":"))
            (journals / f"{name}.json").write_text(text)
            print(f"{len(journal['entries']):6d} events  {name}", flush=True)
        shutil.rmtree(project.folder, ignore_errors=True)  # without a play there is none

    wanted = [number for number, (_, names) in enumerate(RECORDINGS) if not only or set(only) & set(names)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(play, wanted))


def record_samples(into: Path, journals: Path | None = None, only: list[str] | None = None) -> list[Path]:
    """Write every sample into `into`; returns their paths."""
    only = only or []
    with tempfile.TemporaryDirectory(prefix="rw-samples-", dir=roomy()) as folder, running() as server:
        work = Path(folder)
        used = journals or work / "journals"
        shutil.copytree(SHIPPED, used, dirs_exist_ok=True)
        record_all(server, work, used, only)
        made = make(used, into)
        if not only or "recorded" in only:
            (into / RECORDED).write_bytes(recorded(Project(work / "recorded", server.database())))
        if not only or "state" in only:
            project = Project(work / "night", server.database())
            night(project)
            keep(project, into / STATE)
            made.append(into / STATE)
    return made


def main() -> None:
    """Read the arguments, write the files."""
    parser = argparse.ArgumentParser(description="Make the logs of sample_runs/ anew, from real runs of rivet.")
    parser.add_argument("only", nargs="*", help="names of journals, recorded or state: no others are made anew")
    parser.add_argument("--into", type=Path, default=ROOT / "sample_runs")
    parser.add_argument("--journals", type=Path, help="keep the journals in this folder")
    arguments = parser.parse_args()
    for path in record_samples(arguments.into, arguments.journals, arguments.only):
        print(f"{path.stat().st_size:8d}  {path.relative_to(arguments.into)}")


if __name__ == "__main__":
    main()
