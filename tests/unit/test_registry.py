"""Plug-ins are found by being there, in the order of their names; a broken one is loud."""

from __future__ import annotations

import sys

import pytest

from analyzer.registry import discover


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Makes a package from {file name: text} and gives its name."""
    monkeypatch.syspath_prepend(tmp_path)

    def make(name, files):
        folder = tmp_path / name
        folder.mkdir()
        for stem, text in {"__init__.py": "", **files}.items():
            path = folder / stem
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        return name

    yield make
    for name in [name for name in sys.modules if name.startswith("plugged_")]:
        del sys.modules[name]


def test_public_modules_are_found_by_name(package):
    """Machinery with a leading underscore, packages inside, and files that are no modules are stepped over."""
    name = package(
        "plugged_a",
        {"b.py": "THING = 2", "a.py": "THING = 1", "_machinery.py": "raise RuntimeError", "notes.txt": "x",
         "folder/__init__.py": "raise RuntimeError"},
    )  # fmt: skip
    assert list(discover(name, "THING").items()) == [("a", 1), ("b", 2)]


def test_an_empty_package_has_no_plug_ins(package):
    """Nothing is invented."""
    assert discover(package("plugged_b", {}), "THING") == {}


def test_a_module_without_the_attribute_is_an_error_that_names_it(package):
    """A forgotten export would otherwise be a feature that silently is not there."""
    name = package("plugged_c", {"good.py": "THING = 1", "wrong.py": "THINGS = 1"})
    with pytest.raises(AttributeError, match=r"plugged_c\.wrong is in a plug-in package but exports no THING"):
        discover(name, "THING")


def test_none_is_an_export_like_any_other(package):
    """Only a missing name is a fault of discovery; what the value must be is for its package to say."""
    assert discover(package("plugged_d", {"a.py": "THING = None"}), "THING") == {"a": None}


@pytest.mark.parametrize(
    ("text", "error"),
    [("import nothing_of_this_name", ModuleNotFoundError), ("THING = (", SyntaxError), ("THING = 1 / 0", ZeroDivisionError)],
)  # fmt: skip
def test_a_module_that_cannot_be_imported_is_an_error(package, text, error):
    """Its own error comes through; the other plug-ins do not go on without it."""
    name = package(f"plugged_{error.__name__}", {"a.py": "THING = 1", "broken.py": text})
    with pytest.raises(error):
        discover(name, "THING")


def test_a_package_that_is_not_there_is_an_error():
    """A mistyped package is no empty one."""
    with pytest.raises(ModuleNotFoundError):
        discover("analyzer.no_such_package", "THING")
