"""Settings that several presets share."""

from typing import Final

from libs.app_config.schema import ChoiceSetting, Option, RangeSetting

# prompt_strength is how much of the photo is lost, so that 65 % followed is 0.35. Beyond these ends the result is the
# photo itself, or has nothing of it.
FOLLOW: Final = RangeSetting(
    id="follow",
    label="Follow the photo",
    min=5,
    max=95,
    default=65,
    unit="%",
    min_label="Loosely",
    max_label="Closely",
    field="prompt_strength",
    factor=-0.01,
    offset=1,
    when="with_photo",
)

# With a photo the pictures take the photo's own shape, as the models document.
SHAPE: Final = ChoiceSetting(
    id="shape",
    label="Shape",
    options=(
        Option("square", "1:1", value="1:1"),
        Option("landscape", "3:2", value="3:2"),
        Option("portrait", "2:3", value="2:3"),
        Option("wide", "16:9", value="16:9"),
    ),
    default="landscape",
    field="aspect_ratio",
    when="without_photo",
)

SQUARE_SHAPE: Final = ChoiceSetting(
    id="shape", label="Shape", options=SHAPE.options, default="square", field="aspect_ratio", when="without_photo"
)

LIGHT: Final = ChoiceSetting(
    id="light",
    label="Light",
    options=(
        Option("morning", "Morning", "soft cool morning light"),
        Option("afternoon", "Afternoon", "warm low afternoon sun"),
        Option("evening", "Evening", "evening, lamps lit, dark outside"),
    ),
    default="afternoon",
)

SCENE_LIGHT: Final = ChoiceSetting(
    id="light",
    label="Light",
    options=(
        Option("clear", "Clear", "clear daylight, blue sky"),
        Option("overcast", "Overcast", "even overcast light"),
        Option("golden", "Golden", "golden hour, long shadows"),
        Option("dusk", "Dusk", "dusk, windows glowing"),
    ),
    default="clear",
)
