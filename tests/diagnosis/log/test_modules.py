"""Which modules a log says were not found, and what that comes of."""

from __future__ import annotations

import pytest

from tests.support.logs import first, read, verdict

FRAME = '  File "{path}", line 7, in <module>\n    {line}\n'


@pytest.mark.parametrize(
    ("path", "line", "module", "answer"),
    [
        ("odd/__init__.py", "from odd import _odd as cext", "_odd", "WL503"),
        ("/home/me/odd/odd/ops.py", "from .core import Core", "odd.core", "WL503"),
        ("/home/me/odd/odd/ops.py", "import odd._C", "odd._C", "WL503"),
        ("/venv/lib/python3.12/site-packages/odd/ops.py", "import odd._C", "odd._C", "WL501"),
        ("/home/me/app/app/main.py", "import even", "even", "WL506"),  # a package of another name
    ],
)
def test_a_part_that_a_folder_of_sources_lacks(path, line, module, answer):
    text = FRAME.format(path=path, line=line) + f"ModuleNotFoundError: No module named '{module}'"
    assert verdict(text) == ("undetermined", answer)


@pytest.mark.parametrize(
    ("module", "answer"),
    [
        ("odd.sub", "WL504"),  # odd was found
        ("odd", "WL506"),
        ("google.odd", "WL506"),  # of several distributions
        ("odd._libs.sub", "WL501"),  # compiled, by its folder's name
        ("models.odd.ops._ext", "WL504"),  # an operator of some project: it was not built
        ("odd.odd_cuda", "WL504"),
        ("torchvision._C", "WL501"),  # a package of the index
    ],
)
def test_a_part_of_a_package_that_was_found(module, answer):
    assert verdict(f"ModuleNotFoundError: No module named '{module}'") == ("undetermined", answer)


@pytest.mark.parametrize(
    ("module", "target"), [("_imaging", "PIL"), ("_odd", "PACKAGE"), ("_ssl", "_ssl"), ("odd", "odd")]
)
def test_the_command_names_the_package_of_a_part(module, target):
    text = f"ImportError: DLL load failed while importing {module}: The specified module could not be found."
    assert read(text).would_settle[0].startswith(f"Run wontload {target} ")
    assert "Visual C++ runtime" in first(text).explanation


@pytest.mark.parametrize(
    ("listed", "answer"),
    [
        ("_odd.cpython-38-x86_64-linux-gnu.so", "WL501"),
        ("odd/_odd.cp312-win_amd64.pyd", "WL501"),
        ("_odder.cpython-38-x86_64-linux-gnu.so", "WL504"),
        ("my_odd.cpython-38-x86_64-linux-gnu.so", "WL504"),
        ("_odd.so", "WL504"),  # for any Python
    ],
)
def test_a_file_of_the_module_that_is_there_for_another_python(listed, answer):
    assert verdict(f"No module named '_odd'\n$ ls\n{listed}") == ("undetermined", answer)


@pytest.mark.parametrize(("module", "answer"), [("_odd_array", "WL504"), ("odd_array", "WL506"), ("_odd.sub", "WL504")])
def test_a_module_whose_name_begins_with_an_underscore_is_a_part_of_some_package(module, answer):
    assert verdict(f"ModuleNotFoundError: No module named '{module}'") == ("undetermined", answer)
    assert ("compiled part" in first(f"No module named '{module}'").title) == (module == "_odd_array")


@pytest.mark.parametrize(
    ("file", "answer"),
    [
        ("/home/me/work/random.py", ("fails", "WL503")),
        ("C:\\work\\random\\__init__.py", ("fails", "WL503")),
        ("/usr/lib/python3.12/random.py", ("undetermined", "WL304")),
        ("C:\\Python312\\Lib\\random.py", ("undetermined", "WL304")),
        ("/venv/lib/python3.12/site-packages/random.py", ("undetermined", "WL304")),
        ("/home/me/work/odd.py", ("undetermined", "WL304")),
    ],
)
def test_a_file_of_ones_own_that_is_called_as_a_module_of_pythons(file, answer):
    text = f"ImportError: cannot import name 'SystemRandom' from 'random' ({file})"
    assert verdict(text) == answer


def test_a_file_of_ones_own_that_no_module_of_pythons_is_called_as():
    text = "ImportError: cannot import name 'odd' from 'helpers' (/home/me/work/helpers.py)"
    assert verdict(text) == ("undetermined", "WL304")


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("ImportError: No module named odd.parts", ("undetermined", "WL506")),
        ("ModuleNotFoundError: No module named 'odd.parts'", ("undetermined", "WL504")),
        ("ImportError: No module named 'odd.parts'", ("undetermined", "WL504")),
        ("No module named odd.parts", ("undetermined", "WL504")),
    ],
)
def test_python_2_names_a_part_where_the_whole_package_is_not_there(said, answer):
    assert verdict(said) == answer


UNBUILT = "  Failed building wheel for odd-core\n{}ModuleNotFoundError: No module named 'odd_core'"


def test_a_package_that_could_not_be_built_is_not_what_its_build_lacked():
    assert first(UNBUILT.format("")).title == "odd_core is not there: building it failed"
    assert verdict(UNBUILT.format("Successfully installed even-1.0 odd_core-2.0\n")) == ("undetermined", "WL504")
    assert verdict(UNBUILT.replace("odd_core", "even").format("")) == ("undetermined", "WL505")


@pytest.mark.parametrize(
    ("before", "module", "answer"),
    [
        # What pip 9 prints where a package's setup.py wants what only its pyproject.toml names.
        (
            "Complete output from command python setup.py egg_info:\n"
            '  File "/tmp/pip-build-zb4wktwf/odd/setup.py", line 13, in <module>\n',
            "even",
            "WL505",
        ),
        ("Complete output from command python setup.py egg_info:\n    import even\n", "even", "WL505"),
        ('  File "C:\\Temp\\pip-install-q1\\odd\\setup.py", line 5, in <module>\n', "even", "WL505"),
        ("ERROR: Command errored out with exit status 1: python setup.py bdist_wheel\n", "even", "WL505"),
        # Nothing but a build imports it.
        ("", "setuptools_rust", "WL505"),
        # A setup.py of the writer's own, and a program's own module.
        ('  File "/home/odd/setup.py", line 3, in <module>\n', "even", "WL506"),
        ('pip install odd\n  File "/home/odd/main.py", line 3, in <module>\n', "even", "WL506"),
    ],
)
def test_a_module_that_a_build_asked_for(before, module, answer):
    said = f"Traceback (most recent call last):\n{before}ModuleNotFoundError: No module named '{module}'"

    assert verdict(said) == ("undetermined", answer)


@pytest.mark.parametrize(("name", "code"), [("_imaging", "WL504"), ("imaging", "WL503")])
def test_a_compiled_part_that_a_module_of_python_2_imports_from_its_package(name, code):
    text = (
        '  File "C:\\Python27\\lib\\site-packages\\PIL\\Image.py", line 64, in <module>\n'
        f"    from . import {name} as core\nImportError: cannot import name {name}"
    )
    assert verdict(text) == ("undetermined", code)
