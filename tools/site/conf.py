"""Sphinx's settings for the pages that build.py lays out; nothing is executed, nothing fetched."""

import os

project = "Siamese networks"
author = "The Siamese notebooks"
extensions = ["myst_nb", "sphinx.ext.mathjax"]
exclude_patterns = ["_build"]
suppress_warnings = ["myst.header", "mystnb.unknown_mime_type"]

myst_enable_extensions = ["dollarmath", "amsmath"]
myst_dmath_double_inline = True  # $$...$$ right after a line of text, as Jupyter reads it
myst_heading_anchors = 4
nb_execution_mode = "off"
nb_merge_streams = True
# In this order: AMD's loader, where it finds anywidget, what stays, and the widgets of ipywidgets.
# The last, of 3.6 MB, lets words be painted first.
nb_ipywidgets_js = {
    "require.js": {}, "widgets.js": {}, "keep.js": {}, "embed-amd.js": {"defer": "defer"},
}  # fmt: skip
mathjax_path = "mathjax/tex-chtml.js"

linkcheck_anchors = False  # of many pages a script makes them
linkcheck_timeout = 20

html_theme = "sphinx_book_theme"
html_title = project
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = ["progress.js"]
html_copy_source = False
html_show_sourcelink = False
html_context = {"default_mode": "auto"}  # else the theme's script finds no mode and throws
html_theme_options = {
    "show_navbar_depth": 1, "show_toc_level": 2, "use_download_button": False,
    "use_fullscreen_button": False, "home_page_in_toc": True, "navigation_with_keys": False,
}  # fmt: skip

# The theme's own buttons for Binder and Colab would open notebooks that lack Colab's first cell.
repository = os.environ.get("SIAMESE_REPOSITORY", "")
if repository:
    html_theme_options |= {
        "repository_url": f"https://github.com/{repository}", "repository_branch": "main",
        "use_repository_button": True,
    }  # fmt: skip
