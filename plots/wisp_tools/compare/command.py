# SPDX-License-Identifier: Apache-2.0
"""./wisp compare BASE HEAD: is HEAD slower than BASE, or does it allocate more?"""

import argparse
import contextlib
import fcntl
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from wisp_tools import environment
from wisp_tools.compare import errors
from wisp_tools.compare.build import Builder, default_cache
from wisp_tools.compare.comparison import Comparison, judge_all
from wisp_tools.compare.document import as_document
from wisp_tools.compare.errors import ComparisonError
from wisp_tools.compare.machine import this_machine
from wisp_tools.compare.measure import measure
from wisp_tools.compare.options import parse, subject_of
from wisp_tools.compare.plan import BASE, HEAD
from wisp_tools.compare.report import as_markdown
from wisp_tools.compare.revisions import WORKING_TREE, Repository, Revision, remark
from wisp_tools.compare.run import JmhRunner, Runner
from wisp_tools.errors import WispError
from wisp_tools.files import replace as replace_file
from wisp_tools.interrupts import interruptible
from wisp_tools.tree import JVM_FLAGS, ROOT, jdk


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """The exit code. root: the repository's folder."""
    options = parse(arguments)

    def compare() -> int:
        program = java_around() if options.build else java(root)
        runner = JmhRunner([program], () if options.build else JVM_FLAGS)
        return run(options, root, program, runner, say)

    return alone_and_told(compare, "nothing was written")


def alone_and_told(compare: Callable[[], int], interrupted: str) -> int:
    """The exit code of what compares, while no other comparison does; what stops it is said in a sentence."""
    try:
        with interruptible(), only_one_at_a_time(default_cache()):
            return compare()
    except OSError as failure:
        say(f"{failure.filename or 'a file'}: {failure.strerror}")
        return errors.NOT_COMPARED
    except WispError as error:
        say(str(error))
        return error.exit_code if isinstance(error, ComparisonError) else errors.NOT_COMPARED
    except KeyboardInterrupt:
        say(f"interrupted; {interrupted}")
        return errors.INTERRUPTED


def java(root: Path) -> str:
    """The program java of the JDK that the launcher in a folder finds; builds use that JDK from then on.

    Raises ComparisonError with the launcher's words if there is none.
    """
    try:
        home = jdk(root / "wisp")
    except WispError as failure:
        raise ComparisonError(str(failure), errors.WRONG_USAGE) from None
    os.environ["JAVA_HOME"] = str(home)
    return str(home / "bin" / "java")


def java_around() -> str:
    """The program java of whoever compares a suite of theirs. Raises ComparisonError if there is none."""
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=str(Path(home, "bin")) if home else None)
    if found is None:
        where = f"in {home}/bin, as JAVA_HOME says" if home else "in PATH, and JAVA_HOME is not set"
        raise ComparisonError(f"there is no java {where}", errors.WRONG_USAGE)
    return found


def say(text: str) -> None:
    print(f"wisp compare: {text}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def only_one_at_a_time(cache: Path) -> Iterator[None]:
    """Two comparisons at once would each find the machine unsteady."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ComparisonError("another comparison is under way, which this one would disturb") from None
        yield


def run(options: argparse.Namespace, root: Path, program: str, runner: Runner, tell: Callable[[str], None]) -> int:
    """Compares, prints the report, writes the files asked for. program: the java that measures, for the report."""
    subject = subject_of(options)
    pairs = options.pairs or subject.pairs
    started = environment.timestamp("seconds")
    folder = options.out or root / "results" / "local" / f"{started.replace(':', '-')}-compare"
    files = [each for each in (options.json, options.markdown) if each is not None]
    _prepare(folder, files)
    repository = Repository.around(options.repository or Path()) if options.build else Repository(root)
    base, head = _revision(repository, BASE, options.base), _revision(repository, HEAD, options.head)
    revisions = {BASE: base, HEAD: head}
    if said := remark(base, head):
        tell(said)
    builder = Builder(repository, subject.recipe, default_cache(), tell)
    copies = {BASE: 1, HEAD: 2 if head.commit == base.commit else 1}
    missing = sum(not builder.is_built(revisions[side], copies[side]) for side in revisions)
    builds = ("", ", after a build", ", after two builds")[missing]
    tell(subject.announcement(pairs) + builds)
    jars = {side: builder.jar(revisions[side], copies[side]) for side in revisions}
    machine = this_machine(program)
    selection = subject.select(revisions, jars, runner)
    for figure in selection.lacking.values():
        tell(f"{figure.title} is left out: {figure.failures[0]}")
    ruler_jar = jars[selection.ruler_from] if selection.ruler_from else None
    measurement = measure(selection.chosen, pairs, jars, ruler_jar, runner, tell)
    measurement.figures.update(selection.lacking)
    moments = (started, environment.timestamp("seconds"))
    judged = judge_all(measurement, options.threshold)
    comparison = Comparison(
        base, head, subject, pairs, options.threshold, selection.ruler_from, machine, *moments, *judged
    )
    print(as_markdown(comparison), flush=True)
    _write(comparison, folder, options.json, options.markdown)
    tell(f"results: {folder}")
    return comparison.exit_code


def _prepare(folder: Path, files: Sequence[Path]) -> None:
    """Refuses places where nothing can be written, before anything is built.

    Older files of these names are removed, so that nobody takes them for what an interrupted comparison
    found.
    """
    for path in (folder, _unfinished(folder)):
        if path.exists():
            raise ComparisonError(f"{path} exists already; name another folder", errors.WRONG_USAGE)
    above = next(each for each in folder.absolute().parents if each.exists())
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        raise ComparisonError(f"{folder} cannot be made: {above} is no folder to write to", errors.WRONG_USAGE)
    for file in files:
        if file.is_dir() or not os.access(file.absolute().parent, os.W_OK):
            raise ComparisonError(f"{file} cannot be written", errors.WRONG_USAGE)
        file.unlink(missing_ok=True)


def _unfinished(folder: Path) -> Path:
    return folder.with_name(folder.name + ".unfinished")


def _revision(repository: Repository, side: str, name: str) -> Revision:
    if side == BASE and name == WORKING_TREE:
        raise ComparisonError(f"{WORKING_TREE} can only be HEAD", errors.WRONG_USAGE)
    return repository.revision(name)


def _write(comparison: Comparison, folder: Path, json_file: Path | None, markdown_file: Path | None) -> None:
    """All files, each of them whole or not there."""
    document = json.dumps(as_document(comparison), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    report = as_markdown(comparison)
    unfinished = _unfinished(folder)
    unfinished.mkdir(parents=True)
    (unfinished / "comparison.json").write_text(document, encoding="utf-8")
    (unfinished / "comparison.md").write_text(report, encoding="utf-8")
    unfinished.rename(folder)
    for file, text in ((json_file, document), (markdown_file, report)):
        if file is not None:
            replace_file(file, text)
