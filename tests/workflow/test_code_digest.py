"""What a digest of code covers, and what it passes over."""

from pathlib import Path

import pytest
from planning.code_digest import CodeDigests, CodeError

from texture_core import registry

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path):
    """A small project: write(name, text) sets a file, digest(script) tells the digest of a fresh look."""

    class Project:
        root = tmp_path

        def write(self, name, text):
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

        def digest(self, *plugins):
            return CodeDigests(tmp_path).digest("script", plugins)

        def files(self, *plugins):
            return CodeDigests(tmp_path).files("script", plugins)

    project = Project()
    project.write("texture_core/__init__.py", '"""Doc."""\n__version__ = "1"\n_PUBLIC = {"late": "lazy"}\n')
    project.write("texture_core/sound.py", "def louder(x):\n    return 2 * x\n")
    project.write("workflow/scripts/script.py", "from texture_core.sound import louder\n\nlouder(1)\n")
    return project


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1\n", "x = 1  # a comment\n"),
        ("x = (1 + 2)\n", "x = 1 + 2\n"),
        ("x = 'a'\n", 'x = "a"\n'),
        ("f(a, b)\n", "f(\n    a,\n    b,\n)\n"),
        ("def f():\n    return 1\n", 'def f():\n    """New words."""\n    return 1\n'),
        ('class A:\n    """Old."""\n\n    x = 1\n', 'class A:\n    """New."""\n\n    x = 1\n    """Of x."""\n'),
        ("x = 1_000\n", "x = 1000\n"),
        ("__version__ = '1'\nx = 1\n", "__version__ = '2'\nx = 1\n"),
    ],
)
def test_looks_do_not_count(project, before, after):
    project.write("texture_core/sound.py", before)
    digest = project.digest()
    project.write("texture_core/sound.py", after)
    assert project.digest() == digest


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1\n", "x = 2\n"),
        ("x = 1\n", "x = 1.0\n"),
        ("x = 1\n", "x = '1'\n"),
        ("x = a + b\n", "x = a - b\n"),
        ("x = a[:]\n", "x = a[None]\n"),
        ("f(a)\n", "f(*a)\n"),
        ("def f(a=None): pass\n", "def f(a): pass\n"),
        ("x = f'{a}'\n", "x = f'{a!r}'\n"),
        ("if a:\n    b()\nc()\n", "if a:\n    b()\n    c()\n"),
    ],
)
def test_meaning_counts(project, before, after):
    project.write("texture_core/sound.py", before)
    digest = project.digest()
    project.write("texture_core/sound.py", after)
    assert project.digest() != digest


@pytest.mark.parametrize(
    "code",
    [
        "import texture_core.other\n",
        "from texture_core import other\n",
        "from texture_core.other import f\n",
        "from .other import f\n",
        "from . import other as o\n",
        "def f():\n    import texture_core.other as o\n",
        "if True:\n    from texture_core.other import *\n",
        "import texture_core as t\n\nt.other.f()\n",
    ],
)
def test_every_form_of_import_is_followed(project, code):
    project.write("texture_core/other.py", "x = 1\n")
    assert "texture_core/other.py" not in project.files()
    project.write("texture_core/sound.py", code)
    assert "texture_core/other.py" in project.files()


def test_imports_are_followed_through_modules_and_packages(project):
    project.write("texture_core/sound.py", "from texture_core.deep.below import f\n")
    project.write("texture_core/deep/__init__.py", "from texture_core import side\n")
    project.write("texture_core/deep/below.py", "from .. import up\nfrom .beside import g\n")
    for name in ("deep/beside", "up", "side", "alone"):
        project.write(f"texture_core/{name}.py", "import texture_core.sound\n")
    assert project.files() == sorted(
        [
            "texture_core/__init__.py",
            "texture_core/deep/__init__.py",
            "texture_core/deep/below.py",
            "texture_core/deep/beside.py",
            "texture_core/side.py",
            "texture_core/sound.py",
            "texture_core/up.py",
            "workflow/scripts/script.py",
        ]
    )


@pytest.mark.parametrize("code", ["from texture_core import late\n", "import texture_core\n\ntexture_core.late()\n"])
def test_a_name_that_loads_late_leads_to_its_module(project, code):
    project.write("texture_core/lazy.py", "x = 1\n")
    assert "texture_core/lazy.py" not in project.files()
    project.write("texture_core/sound.py", code)
    assert "texture_core/lazy.py" in project.files()


def test_scripts_may_share_modules(project):
    project.write("workflow/scripts/script.py", "from shared import f\nfrom planning.parts import g\n")
    project.write("workflow/scripts/shared.py", "import json\n")
    project.write("workflow/planning/__init__.py", "")
    project.write("workflow/planning/parts.py", "x = 1\n")
    assert set(project.files()) == {
        "workflow/scripts/script.py",
        "workflow/scripts/shared.py",
        "workflow/planning/__init__.py",
        "workflow/planning/parts.py",
    }


def test_plugins_count_for_whom_they_are_named(project):
    project.write("texture_core/scores/__init__.py", "")
    project.write("texture_core/scores/one.py", "from texture_core.helper import f\n")
    project.write("texture_core/scores/two.py", "x = 1\n")
    project.write("texture_core/helper.py", "x = 1\n")
    without, one = project.digest(), project.digest("texture_core.scores.one")
    assert without != one
    project.write("texture_core/scores/two.py", "x = 2\n")
    assert (project.digest(), project.digest("texture_core.scores.one")) == (without, one)
    project.write("texture_core/helper.py", "x = 2\n")
    assert project.digest() == without
    assert project.digest("texture_core.scores.one") != one


def test_files_that_a_module_names_count(project):
    project.write("texture_core/report/templates/page.html.j2", "<p>{% include 'part.css' %}</p>\n")
    project.write("texture_core/report/templates/part.css", "p {}\n")
    project.write("texture_core/report/templates/unused.css", "p {}\n")
    before = project.digest()
    project.write("texture_core/sound.py", 'PAGE = FOLDER / "page.html.j2"\n')
    named = project.digest()
    assert named != before
    assert {"texture_core/report/templates/page.html.j2", "texture_core/report/templates/part.css"} < set(
        project.files()
    )
    project.write("texture_core/report/templates/unused.css", "p {color: red}\n")
    assert project.digest() == named
    project.write("texture_core/report/templates/part.css", "p {color: red}\n")
    assert project.digest() != named


@pytest.mark.parametrize(
    ("module", "counts"),
    [("field", False), ("mapping", False), ("method", False), ("statement", False), ("lags", True), ("limits", True)],
)
def test_of_the_parameters_only_what_computes_counts(project, module, counts):
    assert (CHECKOUT / f"texture_core/parameters/{module}.py").is_file()
    project.write("texture_core/sound.py", f"from texture_core.parameters.{module} import f\n")
    project.write("texture_core/parameters/__init__.py", "")
    name = f"texture_core/parameters/{module}.py"
    project.write(name, "from texture_core.other import g\n\ndef f(x):\n    return x / 2\n")
    project.write("texture_core/other.py", "def g(x):\n    return x\n")
    before = project.digest()
    assert name in project.files()
    project.write(name, "from texture_core.other import g\n\ndef f(x):\n    return x // 2\n")
    assert (project.digest() != before) is counts
    # What they lead to counts.
    project.write("texture_core/other.py", "def g(x):\n    return -x\n")
    after = project.digest()
    project.write("texture_core/other.py", "def g(x):\n    return x\n")
    assert project.digest() != after


def test_a_syntax_error_is_told_with_its_place(project):
    project.write("texture_core/sound.py", "def f(:\n")
    with pytest.raises(CodeError, match=r"sound\.py: expected valid Python, found an error: .*line 1"):
        project.digest()


def test_what_a_configuration_names_is_part_of_a_digest_only_where_it_names_it():
    digests = CodeDigests(CHECKOUT)
    entries = {f"texture_core/{kind}/{name}.py" for kind in registry.FUNCTIONS for name in registry.names(kind)}
    for script in ("synthesize", "invert", "score", "figures", "listening_page"):
        assert entries.isdisjoint(digests.files(script))
    assert not entries.isdisjoint(digests.files("synthesize", ["texture_core.methods.optimization"]))


def test_every_script_has_a_digest():
    digests = CodeDigests(CHECKOUT)
    scripts = [path.stem for path in (CHECKOUT / "workflow/scripts").glob("*.py") if path.stem != "job"]
    assert len({digests.digest(name) for name in scripts}) == len(scripts) >= 10
