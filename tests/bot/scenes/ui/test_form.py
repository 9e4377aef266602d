"""The form that directs a scene anew, as members fill it in, and after a restart."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.language.language import Language
from bot.scenes.ui.form import build_form, direct_anew, read_form
from core.errors import PromptError
from tests.bot.bot_process import described, details, footer, running_bot, scene_of
from tests.bot.storage.test_database import EPISODE
from tests.hostile_text import HOSTILE
from tests.local_discord import LocalDiscord


async def test_form_directs_a_scene_anew_even_after_a_restart(tmp_path: Path) -> None:
    """The form holds the scene's own directions; what is changed in it directs the next, by whichever process."""
    async with LocalDiscord() as discord:
        member = discord.add_member(discord.add_guild(), "Kira")
        async with running_bot(discord, tmp_path):
            options = {"cast": "QUARK, ODO", "place": "Quark's", "temp": 0.6, "length": 200, "seed": 7}
            scene = await scene_of(await discord.slash(member, "episode", options))
            told = await (await discord.press(scene.button("Details"), member)).message()
            opened = await discord.press(told.button("Direct it"), member)
            fields = {label["label"]: label["component"] for label in (await opened.modal())["components"]}
            assert fields["Who speaks"]["value"] == "QUARK, ODO"
            assert fields["Where"]["value"] == "Quark's"
            assert chosen(fields["Temperature"]) == ["As it is (0.6)"]
            assert chosen(fields["Length"]) == ["A few lines (200)"]
        async with running_bot(discord, tmp_path):
            filled = {"Who speaks": "KIRA, DAX", "Where": "Ops", "Temperature": ["Calm (0.3)"]}
            anew = await scene_of(await discord.submit_modal(opened, filled))
            assert described(anew).startswith("### \\[Ops\\]")
            assert footer(anew).startswith("ds9 \u00b7 0.3 \u00b7 seed")
            speakers = set(re.findall(r"^\*\*([A-Z]+)", described(anew), re.MULTILINE))
            assert speakers <= {"KIRA", "DAX"}
            assert "length 200" in await details(discord, member, anew)
            refused = await (await discord.submit_modal(opened, {"temp": ["warm"]}, forged=True)).message()
            assert refused.ephemeral
            assert "Fill in the form again" in refused.content
        assert not discord.pings
        assert not discord.refused_requests


def chosen(menu: dict[str, Any]) -> list[str]:
    """Return what is chosen in a menu when it opens."""
    return [option["label"] for option in menu["options"] if option.get("default")]


async def test_form_offers_shows_where_the_model_has_several() -> None:
    """With several shows one can be chosen, with one the takes; five fields are all that Discord takes."""
    several = build_form(EPISODE, shows=["TNG", "DS9"], language=Language(), is_covered=True).to_dict()
    alone = build_form(
        replace(EPISODE, parts=""), shows=["DS9"], language=Language(), is_covered=False
    ).to_dict()
    assert [label["label"] for label in several["components"]][-1] == "Show"
    assert [label["label"] for label in alone["components"]][-1] == "Takes"
    assert len(several["components"]) == len(alone["components"]) == 5


@given(st.dictionaries(st.sampled_from(["cast", "place", "temp", "length", "takes", "show"]), HOSTILE))
def test_forged_form_is_a_request_or_a_sentence(values: dict[str, str]) -> None:
    """Whatever a form brings, it becomes a request within its limits, or is refused in a sentence."""
    raw = [{"type": 18, "component": {"custom_id": name, "value": value}} for name, value in values.items()]
    try:
        request = direct_anew(EPISODE, read_form([*raw, {}, {"component": {"custom_id": 1, "value": None}}]))
    except PromptError:
        return
    assert 20 <= request.characters <= 4_000


@pytest.mark.parametrize("text", ["nan", "inf", "9", "-1"])
def test_temperature_of_a_form_is_within_the_range(text: str) -> None:
    """A number that is none of the offered is refused."""
    with pytest.raises(PromptError):
        direct_anew(EPISODE, {"temp": text})
