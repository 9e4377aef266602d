"""What Discord refuses in components: buttons, menus, layouts and modals."""

from collections.abc import Callable
from typing import Any

from tests.local_discord.http.errors import FormErrors

Path = tuple[str | int, ...]

ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
SELECTS = (3, 5, 6, 7, 8)
SECTION, TEXT_DISPLAY, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER, LABEL = 9, 10, 11, 12, 13, 14, 17, 18
FILE_UPLOAD = 19
LAYOUT = (ROW, SECTION, TEXT_DISPLAY, GALLERY, FILE, SEPARATOR, CONTAINER)
PRIMARY_TO_DANGER, LINK, PREMIUM = (1, 2, 3, 4), 5, 6  # styles of buttons

ROWS = 5  # rows of one message
BUTTONS = 5  # buttons of one row
COMPONENTS_TOGETHER = 40  # components of one message in the second version
TEXT_TOGETHER = 4000  # characters of all text displays
CUSTOM_ID = 100  # characters
LABEL_LENGTH = 80
OPTIONS = 25
OPTION_TEXT = 100
PLACEHOLDER = 150
TEXT_VALUE = 4000
FILES = 10  # of a file upload
MODAL_TITLE = 45
MODAL_LABEL = 45


def check_components(errors: FormErrors, components: Any, *, version_two: bool) -> None:
    """Note what is wrong with a message's components."""
    if components is None:
        return
    if not isinstance(components, list):
        errors.add(("components",), "BASE_TYPE_BAD_TYPE", "Could not interpret the value given.")
        return
    walk = _Walk(errors)
    if version_two:
        for index, component in enumerate(components):
            walk.check(("components", index), component, allowed=LAYOUT)
        if walk.count > COMPONENTS_TOGETHER:
            message = f"Must be {COMPONENTS_TOGETHER} or fewer components in total."
            errors.add(("components",), "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", message)
        if walk.text_length > TEXT_TOGETHER:
            message = f"The total displayable text size exceeds the maximum of {TEXT_TOGETHER}"
            errors.add(("components",), "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", message)
        return
    errors.check_length(("components",), components, most=ROWS)
    for index, component in enumerate(components):
        walk.check(("components", index), component, allowed=(ROW,))


def check_modal(errors: FormErrors, data: dict[str, Any]) -> None:
    """Note what is wrong with a modal."""
    if not data.get("title"):
        errors.require(("title",))
    errors.check_length(("title",), data.get("title"), least=1, most=MODAL_TITLE)
    if not data.get("custom_id"):
        errors.require(("custom_id",))
    errors.check_length(("custom_id",), data.get("custom_id"), least=1, most=CUSTOM_ID)
    components = data.get("components") or []
    if not 1 <= len(components) <= ROWS:
        errors.add(("components",), "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {ROWS} in length.")
    walk = _Walk(errors, modal=True)
    for index, component in enumerate(components):
        walk.check(("components", index), component, allowed=(ROW, TEXT_DISPLAY, LABEL))


class _Walk:
    """One pass over a tree of components; remembers custom ids and counts."""

    def __init__(self, errors: FormErrors, *, modal: bool = False) -> None:
        self.errors = errors
        self.modal = modal
        self.custom_ids: set[str] = set()
        self.count = 0
        self.text_length = 0
        self.checks: dict[int, Callable[[Path, dict[str, Any]], None]] = {
            ROW: self._check_row,
            BUTTON: self._check_button,
            TEXT_INPUT: self._check_text_input,
            SECTION: self._check_section,
            TEXT_DISPLAY: self._check_text_display,
            GALLERY: self._check_gallery,
            CONTAINER: self._check_container,
            LABEL: self._check_label,
            FILE_UPLOAD: self._check_file_upload,
        } | dict.fromkeys(SELECTS, self._check_select)

    def check(self, path: Path, component: Any, *, allowed: tuple[int, ...]) -> None:
        self.count += 1
        kind = component.get("type") if isinstance(component, dict) else None
        if not isinstance(kind, int) or kind not in allowed:
            listed = ", ".join(str(choice) for choice in allowed)
            message = f'Value of field "type" must be one of ({listed},).'
            self.errors.add((*path, "type"), "UNION_TYPE_CHOICES", message)
            return
        check = self.checks.get(kind)
        if check is not None:
            check(path, component)

    def _check_row(self, path: Path, row: dict[str, Any]) -> None:
        children = row.get("components") or []
        if not 1 <= len(children) <= BUTTONS:
            message = f"Must be between 1 and {BUTTONS} in length."
            self.errors.add((*path, "components"), "BASE_TYPE_BAD_LENGTH", message)
        menus = [child for child in children if child.get("type") != BUTTON]
        if menus and len(children) > 1:
            message = "The specified component exceeds the maximum width"
            self.errors.add((*path, "components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message)
        allowed = (TEXT_INPUT,) if self.modal else (BUTTON, *SELECTS)
        for index, child in enumerate(children):
            self.check((*path, "components", index), child, allowed=allowed)

    def _check_button(self, path: Path, button: dict[str, Any]) -> None:
        style = button.get("style")
        self.errors.check_choice((*path, "style"), style, (*PRIMARY_TO_DANGER, LINK, PREMIUM))
        self.errors.check_length((*path, "label"), button.get("label"), most=LABEL_LENGTH)
        if style == LINK:
            if not button.get("url"):
                self.errors.require((*path, "url"))
            self.errors.check_length((*path, "url"), button.get("url"), most=512)
            if button.get("custom_id"):
                message = "A custom id and url cannot both be specified"
                self.errors.add(
                    (*path, "custom_id"), "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", message
                )
        elif style != PREMIUM:
            self._check_custom_id(path, button)
            if not button.get("label") and not button.get("emoji"):
                message = "A label or emoji must be specified"
                self.errors.add((*path, "label"), "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", message)

    def _check_custom_id(self, path: Path, component: dict[str, Any]) -> None:
        custom_id = component.get("custom_id")
        if not custom_id:
            self.errors.require((*path, "custom_id"))
            return
        self.errors.check_length((*path, "custom_id"), custom_id, least=1, most=CUSTOM_ID)
        if custom_id in self.custom_ids:
            message = "Component custom id cannot be duplicated"
            self.errors.add((*path, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", message)
        self.custom_ids.add(custom_id)

    def _check_select(self, path: Path, select: dict[str, Any]) -> None:
        self._check_custom_id(path, select)
        self.errors.check_length((*path, "placeholder"), select.get("placeholder"), most=PLACEHOLDER)
        least, most = select.get("min_values", 1), select.get("max_values", 1)
        if not 0 <= least <= OPTIONS or not 1 <= most <= OPTIONS or least > most:
            self.errors.add((*path, "max_values"), "NUMBER_TYPE_MAX", "The range of values is not possible.")
        if select["type"] != STRING_SELECT:
            return
        options = select.get("options") or []
        if not 1 <= len(options) <= OPTIONS:
            message = f"Must be between 1 and {OPTIONS} in length."
            self.errors.add((*path, "options"), "BASE_TYPE_BAD_LENGTH", message)
        if options and most > len(options):
            message = "Max values must be less than or equal to the number of options"
            self.errors.add((*path, "options"), "SELECT_COMPONENT_INVALID_MAX_VALUES", message)
        values: set[str] = set()
        for index, option in enumerate(options):
            spot = (*path, "options", index)
            for key in ("label", "value"):
                if not option.get(key):
                    self.errors.require((*spot, key))
                self.errors.check_length((*spot, key), option.get(key), least=1, most=OPTION_TEXT)
            self.errors.check_length((*spot, "description"), option.get("description"), most=OPTION_TEXT)
            if option.get("value") in values:
                message = "The specified option value is already used"
                self.errors.add((*spot, "value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message)
            values.add(str(option.get("value")))

    def _check_file_upload(self, path: Path, upload: dict[str, Any]) -> None:
        self._check_custom_id(path, upload)
        least, most = upload.get("min_values", 1), upload.get("max_values", 1)
        if not 0 <= least <= FILES or not 1 <= most <= FILES or least > most:
            self.errors.add((*path, "max_values"), "NUMBER_TYPE_MAX", "The range of values is not possible.")

    def _check_text_input(self, path: Path, text_input: dict[str, Any]) -> None:
        self._check_custom_id(path, text_input)
        if "component" not in path:  # inside a label the label carries the words
            if not text_input.get("label"):
                self.errors.require((*path, "label"))
            self.errors.check_length((*path, "label"), text_input.get("label"), least=1, most=MODAL_LABEL)
        self.errors.check_length((*path, "placeholder"), text_input.get("placeholder"), most=OPTION_TEXT)
        self.errors.check_length((*path, "value"), text_input.get("value"), most=TEXT_VALUE)
        self.errors.check_choice((*path, "style"), text_input.get("style"), (1, 2))

    def _check_label(self, path: Path, label: dict[str, Any]) -> None:
        if not label.get("label"):
            self.errors.require((*path, "label"))
        self.errors.check_length((*path, "label"), label.get("label"), least=1, most=MODAL_LABEL)
        self.errors.check_length((*path, "description"), label.get("description"), most=OPTION_TEXT)
        allowed = (TEXT_INPUT, *SELECTS, FILE_UPLOAD, 21, 22, 23)
        self.check((*path, "component"), label.get("component"), allowed=allowed)

    def _check_text_display(self, path: Path, display: dict[str, Any]) -> None:
        content = display.get("content")
        if not content:
            self.errors.require((*path, "content"))
        self.errors.check_length((*path, "content"), content, least=1, most=TEXT_TOGETHER)
        self.text_length += len(content or "")

    def _check_section(self, path: Path, section: dict[str, Any]) -> None:
        children = section.get("components") or []
        if not 1 <= len(children) <= 3:
            message = "Must be between 1 and 3 in length."
            self.errors.add((*path, "components"), "BASE_TYPE_BAD_LENGTH", message)
        for index, child in enumerate(children):
            self.check((*path, "components", index), child, allowed=(TEXT_DISPLAY,))
        if not section.get("accessory"):
            self.errors.require((*path, "accessory"))
        else:
            self.check((*path, "accessory"), section["accessory"], allowed=(BUTTON, THUMBNAIL))

    def _check_gallery(self, path: Path, gallery: dict[str, Any]) -> None:
        if not 1 <= len(gallery.get("items") or []) <= 10:
            self.errors.add((*path, "items"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 10 in length.")

    def _check_container(self, path: Path, container: dict[str, Any]) -> None:
        children = container.get("components") or []
        if not children:
            self.errors.require((*path, "components"))
        for index, child in enumerate(children):
            allowed = tuple(kind for kind in LAYOUT if kind != CONTAINER)
            self.check((*path, "components", index), child, allowed=allowed)
