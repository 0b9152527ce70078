"""Keys as the user knows them."""

from __future__ import annotations

_NAMES = {
    "escape": "esc", "pagedown": "pgdn", "pageup": "pgup", "slash": "/", "question_mark": "?", "colon": ":",
    "up": "↑", "down": "↓", "left": "←", "right": "→", "comma": ",", "full_stop": ".",
    "left_square_bracket": "[", "right_square_bracket": "]", "left_curly_bracket": "{", "right_curly_bracket": "}",
    "minus": "-", "plus": "+",
}  # fmt: skip


def key_name(key: str) -> str:
    """A key as the user knows it: `esc`, `?`, `ctrl+d`."""
    *modifiers, last = key.split("+")
    return "+".join([*modifiers, _NAMES.get(last, last)])
