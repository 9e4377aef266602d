"""Options as Discord and the console have them, where a sentence has the command line's."""

import re

COMMAND_LINE_OPTION = re.compile(r"(?<!\S)--([a-z][a-z-]*)")
DISCORD_OPTIONS = {"scripts": "corpus", "out": "name"}  # what is called otherwise than on the command line


def name_options(sentence: str) -> str:
    """Return a sentence with options as Discord has them: `"Choose with --scripts."` -> `"Choose with corpus."`."""
    return COMMAND_LINE_OPTION.sub(
        lambda found: DISCORD_OPTIONS.get(found[1], found[1].replace("-", " ")), sentence
    )
