"""The local Discord refuses the forms that Discord refuses, with its codes and at the same place."""

from typing import Any

import pytest

from tests.local_discord.http.errors import FormErrors, Refusal
from tests.local_discord.http.routes.interactions import check_choices
from tests.local_discord.limits.components import check_modal
from tests.local_discord.limits.messages import check_message
from tests.local_discord.tests.scene import open_rest, open_scene


def button(custom_id: str = "a", **changes: Any) -> dict[str, Any]:
    """Return a button."""
    return {"type": 2, "style": 1, "label": "Go", "custom_id": custom_id, **changes}


def row(*components: dict[str, Any]) -> dict[str, Any]:
    """Return an action row."""
    return {"type": 1, "components": list(components)}


def menu(options: int, **changes: Any) -> dict[str, Any]:
    """Return a select menu."""
    listed = [{"label": str(number), "value": str(number)} for number in range(options)]
    return {"type": 3, "custom_id": "menu", "options": listed, **changes}


def buttons(number: int) -> list[dict[str, Any]]:
    """Return different buttons."""
    return [button(str(index)) for index in range(number)]


FIELD = {"name": "n", "value": "v"}


@pytest.mark.parametrize(
    ("body", "place", "code"),
    [
        ({"content": "x" * 2001}, "content", "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"title": "x" * 257}]}, "embeds.0.title", "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"description": "x" * 4097}]}, "embeds.0.description", "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"footer": {"text": "x" * 2049}}]}, "embeds.0.footer.text", "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"author": {"name": "x" * 257}}]}, "embeds.0.author.name", "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"fields": [FIELD] * 26}]}, "embeds.0.fields", "BASE_TYPE_MAX_LENGTH"),
        (
            {"embeds": [{"fields": [FIELD | {"value": "x" * 1025}]}]},
            "embeds.0.fields.0.value",
            "BASE_TYPE_MAX_LENGTH",
        ),
        ({"embeds": [{"fields": [FIELD | {"name": " "}]}]}, "embeds.0.fields.0.name", "BASE_TYPE_REQUIRED"),
        ({"embeds": [{"title": "x"}] * 11}, "embeds", "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"description": "x" * 3001}] * 2}, "embeds", "MAX_EMBED_SIZE_EXCEEDED"),
        ({"embeds": [{"url": "ftp://x"}]}, "embeds.0.url", "URL_TYPE_INVALID_SCHEME"),
        ({"components": [row(button(str(n))) for n in range(6)]}, "components", "BASE_TYPE_MAX_LENGTH"),
        ({"components": [row(*buttons(6))]}, "components.0.components", "BASE_TYPE_BAD_LENGTH"),
        ({"components": [row()]}, "components.0.components", "BASE_TYPE_BAD_LENGTH"),
        ({"components": [button()]}, "components.0.type", "UNION_TYPE_CHOICES"),
        (
            {"components": [row(button("x" * 101))]},
            "components.0.components.0.custom_id",
            "BASE_TYPE_MAX_LENGTH",
        ),
        (
            {"components": [row(button("a"), button("a"))]},
            "components.0.components.1.custom_id",
            "COMPONENT_CUSTOM_ID_DUPLICATED",
        ),
        (
            {"components": [row(button(label="x" * 81))]},
            "components.0.components.0.label",
            "BASE_TYPE_MAX_LENGTH",
        ),
        ({"components": [row(menu(26))]}, "components.0.components.0.options", "BASE_TYPE_BAD_LENGTH"),
        (
            {"components": [row(menu(1), button())]},
            "components.0.components",
            "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
        ),
        (
            {"allowed_mentions": {"parse": ["users"], "users": ["1"]}},
            "allowed_mentions",
            "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
        ),
        ({"allowed_mentions": {"parse": ["all"]}}, "allowed_mentions.parse.0", "BASE_TYPE_CHOICES"),
        ({"nonce": "x" * 26}, "nonce", "BASE_TYPE_MAX_LENGTH"),
    ],
)
def test_message_beyond_a_limit_is_refused(body: dict[str, Any], place: str, code: str) -> None:
    """Each limit is refused with code 50035 and an error at the field."""
    with pytest.raises(Refusal) as refusal:
        check_message(body)
    assert (refusal.value.status, refusal.value.code) == (400, 50035)
    assert find_code(refusal.value.errors, place) == code


def find_code(errors: Any, place: str) -> str:
    """Return the first code at a place of a tree of errors."""
    for step in place.split("."):
        errors = errors[step]
    return str(errors["_errors"][0]["code"])


@pytest.mark.parametrize(
    "body",
    [
        {"content": "x" * 2000},
        {"embeds": [{"description": "x" * 4096}, {"description": "x" * 1904}]},
        {"embeds": [{"title": "x" * 256, "fields": [FIELD] * 25}] * 1},
        {"components": [row(*buttons(5))]},
        {"components": [row(button("x" * 100, label="x" * 80)), row(menu(25))]},
    ],
)
def test_message_at_a_limit_is_taken(body: dict[str, Any]) -> None:
    """Exactly the limit is not too much."""
    check_message(body)


@pytest.mark.parametrize(
    "body", [{}, {"content": " \n"}, {"embeds": []}, {"embeds": [{"color": 1}]}, {"content": None}]
)
async def test_empty_message_is_refused(body: dict[str, Any]) -> None:
    """A message without anything to see has its own code."""
    async with open_scene() as scene, open_rest(scene.discord) as rest:
        path = f"/channels/{scene.channel.id}/messages"
        expected = (400, {"message": "Cannot send an empty message", "code": 50006})
        assert await rest.ask("POST", path, body) == expected


async def test_refusal_inside_an_interaction_names_its_data() -> None:
    """In a callback the place begins with data, and the interaction can still be answered."""
    async with open_scene() as scene, open_rest(scene.discord) as rest:
        asked = await scene.discord.slash(scene.member, "x", forged=True)
        status, answer = await rest.call_back(asked, 4, {"content": "x" * 2001})
        assert status == 400
        assert find_code(answer["errors"], "data.content") == "BASE_TYPE_MAX_LENGTH"
        assert (
            answer["errors"]["data"]["content"]["_errors"][0]["message"] == "Must be 2000 or fewer in length."
        )
        assert (await rest.call_back(asked, 4, {"content": "x"}))[0] == 200


async def test_refused_edit_changes_nothing() -> None:
    """After a refused edit the message is what it was."""
    async with open_scene() as scene, open_rest(scene.discord) as rest:
        asked = await scene.discord.slash(scene.member, "x", forged=True)
        await rest.call_back(asked, 4, {"content": "before"})
        assert (await rest.edit_original(asked, {"content": "x" * 2001}))[0] == 400
        assert (await rest.edit_original(asked, {"content": ""}))[1]["code"] == 50006
        assert [message.content for message in asked.messages] == ["before"]


@pytest.mark.parametrize(
    ("choices", "place"),
    [
        ([{"name": str(n), "value": str(n)} for n in range(26)], "data.choices"),
        ([{"name": "x" * 101, "value": "x"}], "data.choices.0.name"),
        ([{"name": "x", "value": "x" * 101}], "data.choices.0.value"),
        ([{"name": "", "value": "x"}], "data.choices.0.name"),
    ],
)
async def test_choices_beyond_a_limit_are_refused(choices: list[dict[str, Any]], place: str) -> None:
    """At most 25 choices of at most 100 characters."""
    async with open_scene() as scene, open_rest(scene.discord) as rest:
        option = {"type": 3, "name": "line", "description": "d", "autocomplete": True}
        command = {"name": "x", "description": "d", "options": [option]}
        application = scene.discord.world.application.id
        await rest.ask("POST", f"/applications/{application}/commands", command)
        typed = await scene.discord.autocomplete(scene.member, "x", "line", "w")
        status, answer = await rest.call_back(typed, 8, {"choices": choices})
        assert (status, answer["code"]) == (400, 50035)
        assert find_code(answer["errors"], place)
        assert check_choices(typed, [{"name": "x", "value": "x"}])


@pytest.mark.parametrize(
    ("modal", "place"),
    [
        ({"title": "x" * 46}, "title"),
        ({"custom_id": "x" * 101}, "custom_id"),
        ({"components": []}, "components"),
        (
            {"components": [row({"type": 4, "custom_id": "a", "style": 1, "label": "x" * 46})]},
            "components.0.components.0.label",
        ),
        ({"components": [row(button())]}, "components.0.components.0.type"),
    ],
)
def test_modal_beyond_a_limit_is_refused(modal: dict[str, Any], place: str) -> None:
    """Titles, labels and rows of forms have limits."""
    good = {
        "title": "t",
        "custom_id": "c",
        "components": [row({"type": 4, "custom_id": "a", "style": 1, "label": "l"})],
    }
    errors = FormErrors()
    check_modal(errors, good)
    errors.raise_if_any()
    check_modal(errors, good | modal)
    with pytest.raises(Refusal) as refusal:
        errors.raise_if_any()
    assert find_code(refusal.value.errors, place)


def option(**changes: Any) -> dict[str, Any]:
    """Return an option of a command."""
    return {"type": 3, "name": "line", "description": "d", **changes}


def command(**changes: Any) -> dict[str, Any]:
    """Return a command."""
    return {"name": "episode", "description": "d", **changes}


LONG = [{"name": str(n), "value": "x" * 100} for n in range(25)]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (command(name="Episode"), "0.name"),
        (command(name="two words"), "0.name"),
        (command(name="x" * 33), "0.name"),
        (command(description=""), "0.description"),
        (command(description="x" * 101), "0.description"),
        (command(name_localizations={"xx": "name"}), "0.name_localizations.xx"),
        (command(name_localizations={"de": "Folge"}), "0.name_localizations.de"),
        (command(description_localizations={"de": "x" * 101}), "0.description_localizations.de"),
        (command(options=[option(name=str(n)) for n in range(26)]), "0.options"),
        (command(options=[option(), option()]), "0.options.1.name"),
        (command(options=[option(), option(name="b", required=True)]), "0.options.1.required"),
        (
            command(options=[option(choices=[{"name": str(n), "value": "v"} for n in range(26)])]),
            "0.options.0.choices",
        ),
        (
            command(options=[option(choices=[{"name": "n", "value": "v"}], autocomplete=True)]),
            "0.options.0.autocomplete",
        ),
        (command(options=[option(name=f"o{n}", choices=LONG) for n in range(4)]), "0"),
        (command(contexts=[3]), "0.contexts.0"),
        (command(integration_types=[2]), "0.integration_types.0"),
        ({"type": 3, "name": "Menu", "description": "d"}, "0.description"),
    ],
)
async def test_command_beyond_a_limit_is_refused(body: dict[str, Any], place: str) -> None:
    """Names, lengths, numbers and translations of commands are checked, and nothing is registered."""
    async with open_scene() as scene, open_rest(scene.discord) as rest:
        path = f"/applications/{scene.discord.world.application.id}/commands"
        status, answer = await rest.ask("PUT", path, [body])
        assert (status, answer["code"]) == (400, 50035)
        assert find_code(answer["errors"], place)
        assert scene.discord.world.commands() == {}


async def test_commands_keep_their_ids_and_are_counted() -> None:
    """Overwriting keeps the ids of commands of the same name; more than a hundred are refused."""
    async with open_scene() as scene, open_rest(scene.discord) as rest:
        path = f"/applications/{scene.discord.world.application.id}/commands"
        body = command(name_localizations={"de": "folge"})
        _, first = await rest.ask("PUT", path, [body])
        _, second = await rest.ask("PUT", path, [command(description="new"), command(name="two")])
        assert second[0]["id"] == first[0]["id"]
        many = [command(name=f"c{number}") for number in range(101)]
        assert (await rest.ask("PUT", path, many))[1]["code"] == 30032
        assert (await rest.ask("GET", path))[1][0].get("name_localizations") is None
        identifier = second[1]["id"]
        assert (await rest.ask("PATCH", f"{path}/{identifier}", {"description": "x"}))[1][
            "description"
        ] == "x"
        assert (await rest.ask("DELETE", f"{path}/{identifier}"))[0] == 204
        assert (await rest.ask("GET", f"{path}/{identifier}"))[1]["code"] == 10063
        guilds = f"/applications/{scene.discord.world.application.id}/guilds"
        assert (await rest.ask("PUT", f"{guilds}/{scene.guild.id}/commands", [command()]))[0] == 200
        assert (await rest.ask("GET", f"{guilds}/1/commands"))[1]["code"] == 50001
