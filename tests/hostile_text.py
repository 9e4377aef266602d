"""Text that means harm: mentions, markdown, links, invisible characters; and what of it would be live in Discord."""

import random
import re
import unicodedata

from hypothesis import strategies as st

PIECES = [
    *("@everyone", "@here", "<@1>", "<@&2>", "<#3>", "<t:1>", "</a:1>", "<:a:1>", "<id:home>"),
    *("**", "__", "~~", "||", "`", "```", "*", "_", "\\"),
    *("[a](http://x.y)", "http://x.y", "https://discord.gg/x", "[a](<http://x.y>)", "mailto:a@b.c"),
    *("\u202e", "\u2066", "\u200b", "\u2060", "\ufeff", "\u00ad", "e\u0301\u0301\u0301\u0301\u0301"),
    *("QUARK:", "[Promenade]", "(sighs)", "(", ")", ":", ",", ";", "x", "\u738b", "\U0001f596", "\U000e0041"),
    *("\x00", "\x03", "\x1b[31m", "\r", "\n", " ", "\t", "\u2028"),
    *(
        "> ",
        ">>> ",
        "# ",
        "-# ",
        "- ",
        "1. ",
        '"',
        "\u201c",
        "\u201d",
        "'; DROP TABLE episodes; --",
        "%s",
        "{0}",
    ),
]
HOSTILE = st.one_of(st.text(max_size=300), st.lists(st.sampled_from(PIECES), max_size=60).map("".join))


def hostile_texts(count: int, *, seed: int) -> list[str]:
    """Return so many texts, the worst ones first, the same for the same seed."""
    worst = [
        *PIECES,
        "@everyone " * 600,
        "\u738b" * 6_000,
        "```\n" * 1_500,
        "\u202e" * 6_000,
        " ",
        "\\" * 6_000,
    ]
    dice = random.Random(seed)  # noqa: S311 -- no secret
    others = ["".join(dice.choices(PIECES, k=dice.randrange(1, 40))) for _ in range(count)]
    return [*worst, *others][:count]


def live_markup(text: str) -> list[str]:
    """Return what in a text Discord would act on: mentions, links, code, spoilers, quotes, lists, invisible signs."""
    rest = re.sub(r"\\[^\w\s]|\\_", "\u00b7", text)
    live = re.findall(r"[@<`|~\[\]]|https?://|^(?:>|- |-#|\d+\. )", rest, re.MULTILINE)
    return live + [
        sign
        for sign in rest
        if unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co"} - {"\n"} and sign not in "\n\t\u200c\u200d"
    ]
