"""What `jarbuild init` writes: the findings of a folder in, a JFile and a `.jarignore` out.

`folder` reads what is there; each kind of project is a recipe, a function from values to values.
"""

from __future__ import annotations

from jarbuild.scaffold import node, python, static, unknown
from jarbuild.scaffold.draft import Draft
from jarbuild.scaffold.folder import Folder, look

__all__ = ["Draft", "Folder", "draft_for", "look"]

# The first that fits: a Node or Python project may well hold an index.html.
_RECIPES = (node.recipe, python.recipe, static.recipe)


def draft_for(folder: Folder) -> Draft:
    """What to write for this folder; never nothing."""
    drafts = (recipe(folder) for recipe in _RECIPES)
    return next((draft for draft in drafts if draft is not None), None) or unknown.recipe(folder)
