"""House rules that no tool knows: names, sizes, silences, and who may write what."""

import ast
import functools
import itertools
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("bank", "accounts", "consents", "fraud", "payments")
FUNCTION_LINES, FILE_LINES, NESTING, POSITIONAL = 50, 400, 3, 1
VAGUE = {"utils", "util", "helpers", "helper", "services", "service", "managers", "manager", "common", "misc", "base"}
BASES = {"payments/types/base.py", "payments/schemes/base.py"}
EDGES = re.compile(r"bank/api/endpoint\.py|.*/tasks\.py|.*/management/commands/.*|tests/.*")
NESTS = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.Match)
SPELLED = re.compile(r"\b(?:behaviours?|colours?|organise[ds]?|recognise[ds]?|initialise[ds]?|normalise[ds]?)\b")


@functools.cache
def files(*, tests: bool = False) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    paths = [Path(name) for name in listed if "/migrations/" not in name and (ROOT / name).exists()]
    return [path for path in paths if path.parts[0] in PACKAGES or (tests and path.parts[0] == "tests")]


@functools.cache
def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text())


@functools.cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(tree(path)))


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    return (node for node in nodes(path) if isinstance(node, ast.FunctionDef))


def imports(path: Path) -> Iterator[tuple[str, int]]:
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def depth(node: ast.AST, level: int = 0) -> int:
    """How deep control flow is nested in a function; elif is no deeper than if."""
    deepest = level
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.ClassDef | ast.Lambda):
            continue
        is_elif = isinstance(node, ast.If) and isinstance(child, ast.If) and child in node.orelse
        deepest = max(deepest, depth(child, level + (isinstance(child, NESTS) and not is_elif)))
    return deepest


def test_names_modules_for_what_happens_in_them():
    vague = [str(path) for path in files() if path.stem in VAGUE and str(path) not in BASES]

    assert vague == []


def test_opens_every_module_with_a_word_about_it():
    silent = [
        str(path)
        for path in files(tests=True)
        if (ROOT / path).read_text().strip() and not ast.get_docstring(tree(path))
    ]

    assert silent == []


def test_keeps_files_to_a_size_that_is_read():
    long = [str(path) for path in files() if len((ROOT / path).read_text().splitlines()) > FILE_LINES]

    assert long == []


def test_fits_functions_on_a_screen():
    long = [
        f"{path}:{function.lineno} {function.name}"
        for path in files()
        for function in functions(path)
        if (function.end_lineno or 0) - function.lineno + 1 > FUNCTION_LINES
    ]

    assert long == []


def test_nests_three_deep_at_most():
    deep = [
        f"{path}:{function.lineno} {function.name}"
        for path in files()
        for function in functions(path)
        if depth(function) > NESTING
    ]

    assert deep == []


def test_catches_everything_at_the_three_edges_only():
    wide = [
        f"{path}:{node.lineno}"
        for path in files()
        for node in nodes(path)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"})
        and not EDGES.fullmatch(str(path))
    ]

    assert wide == []


def test_swallows_no_error_without_a_word():
    silent = [
        f"{path}:{node.lineno}"
        for path in files(tests=True)
        for node in nodes(path)
        if isinstance(node, ast.ExceptHandler)
        and [type(part) for part in node.body] == [ast.Pass]
        and "#" not in (ROOT / path).read_text().splitlines()[node.body[0].lineno - 1]
    ]

    assert silent == []


def comments(path: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate((ROOT / path).read_text().splitlines(), 1):
        if found := re.search(r"(?:^|\s)#\s?(?!:)(.*)", line):
            yield number, found[1]


def test_leaves_no_note_to_do_something_without_its_issue():
    notes = [
        f"{path}:{number}"
        for path in files(tests=True)
        for number, words in comments(path)
        if re.match(r"(TODO|FIXME|XXX|HACK)\b(?!.*#\d)", words)
    ]

    assert notes == []


def test_switches_off_no_check_without_a_reason():
    unexplained = [
        f"{path}:{number}"
        for path in files(tests=True)
        for number, words in comments(path)
        if re.match(r"(noqa|type: ignore)", words)
        and not re.search(r"(noqa: [A-Z0-9, ]+|ignore\[[\w, -]+\]) ?[-#] ?\w+", words)
    ]

    assert unexplained == []


def test_reads_the_environment_in_the_settings_only():
    # Processes of the sandbox are given theirs; what they are given is not read.
    readers = {
        str(path)
        for path in files()
        for node in nodes(path)
        if (isinstance(node, ast.Attribute) and ast.unparse(node) in {"os.environ.get", "os.getenv"})
        or (isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ")
        or (isinstance(node, ast.ImportFrom) and node.module == "os")
    }

    assert readers == {"bank/settings.py"}


WRITES = {"create", "bulk_create", "get_or_create", "update_or_create", "update", "bulk_update", "delete", "save"}
LEDGER_MODELS = {"Transfer", "Posting", "Hold", "HoldEnd"}


def writers(models: set[str], tables: str) -> set[str]:
    """The files that write these models through Django, or their tables in SQL."""
    found = set()
    for path in files():
        text = (ROOT / path).read_text()
        for node in nodes(path):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
                names = {part.id for part in ast.walk(node.func) if isinstance(part, ast.Name)}
                names |= {part.attr for part in ast.walk(node.func) if isinstance(part, ast.Attribute)}
                if names & models:
                    found.add(str(path))
        if re.search(rf"(?i)\b(insert\s+into|update|delete\s+from|copy)\s+({tables})\b", text):
            found.add(str(path))
    return found


def test_lets_the_ledger_alone_write_postings_and_holds():
    assert writers(LEDGER_MODELS, "accounts_(transfer|posting|hold|holdend)") == {
        "accounts/ledger.py",
        "accounts/loading.py",  # in bulk, as the tables' owner
    }


def test_lets_the_life_cycle_alone_move_a_consent():
    assert writers({"Transition"}, "consents_transition") == {"consents/lifecycle.py"}


def test_lets_the_table_of_statuses_alone_move_an_order():
    written = writers({"OrderTransition"}, "payments_ordertransition")

    assert written <= {"payments/statuses.py", "payments/statements.py"}
    assert written


@pytest.mark.parametrize(
    "module", ["consents/lifecycle.py", "payments/submission.py", "payments/settlement.py", "accounts/ledger.py"]
)
def test_tells_rules_nothing_of_requests(module):
    banned = [
        name for name, _ in imports(Path(module)) if name.startswith(("django.http", "rest_framework", "bank.api"))
    ]

    assert banned == []


def test_lets_edges_alone_read_the_clock():
    rules = [
        path
        for path in files()
        if re.search(
            r"(lifecycle|ledger|submission|settlement|screening|rules|cases|facts|models|statuses)\.py$", str(path)
        )
    ]
    readers = [f"{path}:{line}" for path, line in itertools.chain.from_iterable(_clock_calls(path) for path in rules)]

    assert readers == []


def _clock_calls(path: Path) -> Iterator[tuple[Path, int]]:
    calls = {"clock.now", "timezone.now", "datetime.now", "datetime.utcnow", "time.time"}
    for node in nodes(path):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in calls:
            yield path, node.lineno


def test_spells_as_americans_do():
    spelled = [
        f"{path}:{number} {found[0]}"
        for path in files(tests=True)
        if path != Path("tests/test_tidy.py")
        for number, line in enumerate((ROOT / path).read_text().splitlines(), 1)
        if (found := SPELLED.search(line))
    ]

    assert spelled == []
