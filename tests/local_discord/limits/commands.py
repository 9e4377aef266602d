"""What Discord refuses in application commands ("Application Command Structure")."""

from typing import Any

from tests.local_discord.http.errors import FormErrors

Path = tuple[str | int, ...]

SLASH, USER_MENU, MESSAGE_MENU = 1, 2, 3
SUBCOMMAND, GROUP, STRING, INTEGER, NUMBER = 1, 2, 3, 4, 10
OPTION_KINDS = tuple(range(1, 12))
NAME = 32  # characters; so are the others
DESCRIPTION = 100
CHOICE_TEXT = 100
OPTIONS = 25
CHOICES = 25
COMMAND_SIZE = 8000  # names, descriptions and values of one command together
MOST_OF_A_KIND = {SLASH: 100, USER_MENU: 15, MESSAGE_MENU: 15}
LARGEST_INTEGER = 2**53

LOCALES = (
    "id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl",
    "pt-BR", "ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja",
    "zh-TW", "ko",
)  # fmt: skip


def check_command(errors: FormErrors, path: Path, command: dict[str, Any]) -> None:
    """Note what is wrong with one command."""
    kind = command.get("type") or SLASH
    errors.check_choice((*path, "type"), kind, (SLASH, USER_MENU, MESSAGE_MENU))
    _check_name(errors, path, command, slash=kind == SLASH)
    if kind == SLASH:
        _check_description(errors, path, command)
    elif command.get("description"):
        message = "Context menu commands cannot have description"
        errors.add(
            (*path, "description"), "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_CANNOT_EXIST", message
        )
    if kind != SLASH and command.get("options"):
        message = "Context menu commands cannot have options"
        errors.add((*path, "options"), "APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS_CANNOT_EXIST", message)
    for index, context in enumerate(command.get("contexts") or []):
        errors.check_choice((*path, "contexts", index), context, (0, 1, 2))
    for index, integration in enumerate(command.get("integration_types") or []):
        errors.check_choice((*path, "integration_types", index), integration, (0, 1))
    if command.get("integration_types") == []:
        errors.require((*path, "integration_types"))
    permissions = command.get("default_member_permissions")
    if permissions is not None and not str(permissions).isdecimal():
        errors.add((*path, "default_member_permissions"), "NUMBER_TYPE_COERCE", "Value is not int.")
    _check_options(errors, path, command.get("options") or [], depth=0)
    if measure_command(command) > COMMAND_SIZE:
        message = f"Command exceeds maximum size ({COMMAND_SIZE})"
        errors.add(path, "APPLICATION_COMMAND_TOO_LARGE", message)


def measure_command(part: dict[str, Any]) -> int:
    """Return how many characters count: for translated texts the longest translation."""
    size = 0
    for key in ("name", "description"):
        texts = [part.get(key) or "", *(part.get(f"{key}_localizations") or {}).values()]
        size += max(len(text) for text in texts)
    value = part.get("value")
    size += len(value) if isinstance(value, str) else 0
    inner = [*(part.get("options") or []), *(part.get("choices") or [])]
    return size + sum(measure_command(item) for item in inner)


def is_command_name(name: Any) -> bool:
    r"""Tell whether `^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$` matches and no letter is a capital."""
    if not isinstance(name, str) or not 1 <= len(name) <= NAME or name != name.lower():
        return False
    return all(
        character in "-_'"
        or character.isalnum()
        or "\u0900" <= character <= "\u097f"
        or "\u0e00" <= character <= "\u0e7f"
        for character in name
    )


def _check_name(errors: FormErrors, path: Path, part: dict[str, Any], *, slash: bool) -> None:
    if not part.get("name"):
        errors.require((*path, "name"))
        return
    names: dict[Path, Any] = {("name",): part["name"]}
    for locale, text in (part.get("name_localizations") or {}).items():
        errors.check_choice((*path, "name_localizations", locale), locale, LOCALES)
        names["name_localizations", locale] = text
    for place, name in names.items():
        if slash and not is_command_name(name):
            errors.add((*path, *place), "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
        elif not slash:
            errors.check_length((*path, *place), name, least=1, most=NAME)


def _check_description(errors: FormErrors, path: Path, part: dict[str, Any]) -> None:
    if not part.get("description"):
        errors.require((*path, "description"))
    errors.check_length((*path, "description"), part.get("description"), least=1, most=DESCRIPTION)
    for locale, text in (part.get("description_localizations") or {}).items():
        spot = (*path, "description_localizations", locale)
        errors.check_choice(spot, locale, LOCALES)
        errors.check_length(spot, text, least=1, most=DESCRIPTION)


def _check_options(errors: FormErrors, path: Path, options: list[dict[str, Any]], *, depth: int) -> None:
    errors.check_length((*path, "options"), options, most=OPTIONS)
    names: set[str] = set()
    optional = False
    for index, option in enumerate(options):
        spot = (*path, "options", index)
        kind = option.get("type")
        errors.check_choice((*spot, "type"), kind, OPTION_KINDS)
        _check_name(errors, spot, option, slash=True)
        _check_description(errors, spot, option)
        if option.get("name") in names:
            message = "Option name already exists"
            errors.add((*spot, "name"), "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", message)
        names.add(str(option.get("name")))
        if kind in (SUBCOMMAND, GROUP):
            if (depth, kind) not in ((0, SUBCOMMAND), (0, GROUP), (1, SUBCOMMAND)):
                message = "Sub-commands cannot be nested this deeply"
                errors.add((*spot, "type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
            _check_options(errors, spot, option.get("options") or [], depth=depth + kind)
            continue
        if option.get("required") and optional:
            message = "Required options must be placed before non-required options"
            errors.add((*spot, "required"), "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        optional = optional or not option.get("required")
        _check_values(errors, spot, option)


def _check_values(errors: FormErrors, path: Path, option: dict[str, Any]) -> None:
    """Note faults in an option's choices and ranges."""
    kind = option.get("type")
    choices = option.get("choices") or []
    errors.check_length((*path, "choices"), choices, most=CHOICES)
    if choices and option.get("autocomplete"):
        message = "Option cannot have both choices and autocomplete"
        errors.add((*path, "autocomplete"), "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES", message)
    if (choices or option.get("autocomplete")) and kind not in (STRING, INTEGER, NUMBER):
        message = "Option of this type cannot have choices"
        errors.add((*path, "choices"), "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID_TYPE", message)
    _check_choices(errors, path, choices, text=kind == STRING)
    for key in ("min_value", "max_value"):
        value = option.get(key)
        if value is not None and abs(value) > LARGEST_INTEGER:
            errors.add((*path, key), "NUMBER_TYPE_MAX", "The value is too large.")
    for key, least in (("min_length", 0), ("max_length", 1)):
        value = option.get(key)
        if value is not None and not least <= value <= 6000:
            message = f"int value should be between {least} and 6000."
            errors.add((*path, key), "NUMBER_TYPE_MAX", message)


def _check_choices(errors: FormErrors, path: Path, choices: list[dict[str, Any]], *, text: bool) -> None:
    names: set[str] = set()
    for index, choice in enumerate(choices):
        spot = (*path, "choices", index)
        if not choice.get("name"):
            errors.require((*spot, "name"))
        errors.check_length((*spot, "name"), choice.get("name"), least=1, most=CHOICE_TEXT)
        for locale, name in (choice.get("name_localizations") or {}).items():
            errors.check_choice((*spot, "name_localizations", locale), locale, LOCALES)
            errors.check_length((*spot, "name_localizations", locale), name, least=1, most=CHOICE_TEXT)
        if text:
            errors.check_length((*spot, "value"), choice.get("value"), least=1, most=CHOICE_TEXT)
        if choice.get("name") in names:
            message = "Choice name already exists"
            errors.add((*spot, "name"), "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_EXISTS", message)
        names.add(str(choice.get("name")))
