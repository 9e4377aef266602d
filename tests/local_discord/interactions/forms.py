"""Buttons, menus and modals as the Discord app lets people use them."""

from collections.abc import Sequence
from typing import Any

from tests.local_discord.interactions.options import ClientRefused, OptionValues
from tests.local_discord.world.messages import Component, walk_components
from tests.local_discord.world.permissions import Permission
from tests.local_discord.world.users import Person

LINK = 5  # a button's style
STRING_SELECT, TEXT_INPUT, LABEL, FILE_UPLOAD = 3, 4, 18, 19  # types of component


def check_component(component: Component, person: Person) -> None:
    """Raise ClientRefused unless this person can use this component now."""
    message = component.message
    if message.deleted:
        raise ClientRefused("the message is gone")
    if message.ephemeral and (
        message.interaction is None or message.interaction.person.user is not person.user
    ):
        raise ClientRefused("this person does not see that message")
    if Permission.VIEW_CHANNEL not in message.channel.permissions_of(person):
        raise ClientRefused("this person does not see that channel")
    if component.raw.get("style") == LINK:
        raise ClientRefused("a link opens a page; the bot hears nothing of it")
    present = [
        raw for raw in walk_components(message.components) if raw.get("custom_id") == component.custom_id
    ]
    if not present:
        raise ClientRefused("the message does not have this component any more")
    if present[0].get("disabled"):
        raise ClientRefused("the component is disabled")


def check_selection(menu: dict[str, Any], values: Sequence[Any]) -> list[Any]:
    """Return what a menu sends for these choices; raises ClientRefused."""
    least, most = menu.get("min_values", 1), menu.get("max_values", 1)
    if not least <= len(values) <= most:
        raise ClientRefused(f"{least} to {most} values can be chosen, not {len(values)}")
    if menu["type"] != STRING_SELECT:
        return list(values)
    chosen = []
    for value in values:
        found = [o["value"] for o in menu["options"] if value in (o["value"], o["label"])]
        if not found:
            raise ClientRefused(f"the menu has no option {value!r}")
        chosen.append(found[0])
    return chosen


def build_modal_values(
    components: list[dict[str, Any]], values: dict[str, Any], files: OptionValues, *, forged: bool
) -> list[dict[str, Any]]:
    """Return the components of a submitted modal; raises ClientRefused for what cannot be sent.

    Uploaded files are kept in `files`, whose `resolved` goes with the components.
    """
    unused = set(values)
    built: list[dict[str, Any]] = []
    for component in components:
        if component["type"] == LABEL:
            field, label = component["component"], component["label"]
            if field["type"] == FILE_UPLOAD:
                inner = _upload(field, label, values, unused, files, forged=forged)
            else:
                inner = _fill(field, label, values, unused, forged=forged)
            built.append({"type": LABEL, "id": component.get("id", 0), "component": inner})
        elif "components" in component:
            inputs = [
                _fill(raw, raw.get("label", ""), values, unused, forged=forged)
                for raw in component["components"]
            ]
            built.append({"type": component["type"], "id": component.get("id", 0), "components": inputs})
        else:
            built.append({"type": component["type"], "id": component.get("id", 0)})
    if unused:
        raise ClientRefused(f"the modal has no fields {sorted(unused)}")
    return built


def _upload(
    field: dict[str, Any],
    label: str,
    values: dict[str, Any],
    unused: set[str],
    files: OptionValues,
    *,
    forged: bool,
) -> dict[str, Any]:
    """Return a "File Upload Interaction Response Structure": the ids of the files, which are resolved beside it."""
    name = field["custom_id"] if field["custom_id"] in values else label
    unused.discard(name)
    given = list(values.get(name, ()))
    least, most = field.get("min_values", 1), field.get("max_values", 1)
    is_left_out = not given and not field.get("required", True)
    if not forged and not is_left_out and not least <= len(given) <= most:
        raise ClientRefused(f"the field {label!r} takes {least} to {most} files, not {len(given)}")
    return {
        "type": FILE_UPLOAD,
        "id": field.get("id", 0),
        "custom_id": field["custom_id"],
        "values": [files.resolve(file) for file in given],
    }


def _fill(
    field: dict[str, Any], label: str, values: dict[str, Any], unused: set[str], *, forged: bool
) -> dict[str, Any]:
    name = field["custom_id"] if field["custom_id"] in values else label
    unused.discard(name)
    filled: dict[str, Any] = {
        "type": field["type"],
        "id": field.get("id", 0),
        "custom_id": field["custom_id"],
    }
    if field["type"] != TEXT_INPUT:
        # "String Select Structure": what is chosen by default is sent, and a menu that is not required may be empty.
        default = [option["value"] for option in field.get("options") or [] if option.get("default")]
        # "User Select Structure" and the others: what is chosen by default there has an id.
        default += [value["id"] for value in field.get("default_values") or []]
        chosen = [str(getattr(value, "id", value)) for value in values.get(name, default)]
        is_left_out = not chosen and not field.get("required", True)
        return filled | {"values": chosen if forged or is_left_out else check_selection(field, chosen)}
    value = str(values.get(name, field.get("value") or ""))
    least, most = field.get("min_length") or 0, field.get("max_length") or 4000
    if not forged:
        if field.get("required", True) and not value:
            raise ClientRefused(f"the field {label!r} is required")
        if value and not least <= len(value) <= most:
            raise ClientRefused(f"the field {label!r} takes {least} to {most} characters, not {len(value)}")
    return filled | {"value": value}
