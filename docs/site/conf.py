"""Sphinx's configuration of the documentation site; build.py beside it prepares the pages that it reads."""

import re
from pathlib import Path

from pygments.lexers.shell import BashLexer

CHECKOUT = Path(__file__).parents[2]

project = "texture-core"
author = "the authors of texture-core"
project_copyright = ""
# Read, not imported, so that nothing but the standard library and Sphinx has to be there.
release = re.search(r'^__version__ = "(.+)"$', (CHECKOUT / "texture_core/__init__.py").read_text(), re.MULTILINE)[1]

extensions = ["myst_parser"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
# A name between single backquotes in a docstring leads to what it names, if that is the library's.
default_role = "py:obj"

# The anchors that code-hosting sites give to headings, so that the same links work in both places.
myst_heading_anchors = 4

html_theme = "furo"
html_title = "texture-core"
html_static_path = [str(Path(__file__).with_name("style.css"))]
html_css_files = ["style.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_show_sphinx = False
# No font, script or picture from elsewhere: the pages work from disk and without a network.
html_theme_options = {"source_repository": "", "top_of_page_buttons": []}
highlight_language = "none"
maximum_signature_line_length = 90


def setup(app):
    """Colour the commands, which have no prompt before them, as what they are."""
    app.add_lexer("console", BashLexer)
