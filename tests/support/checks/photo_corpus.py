"""Whether photos of the corpus come out as Chromium shows them, by the API alone and through the page's shrinking."""

from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import Final, NamedTuple

import msgspec
from PIL import Image

from libs.app_config.runtime import LIMITS
from libs.services.media.imaging.contracts import PreparedPhoto, Refusal
from tests.support.photo_corpus import DAMAGED, HDR, Case, file_of, twin_of
from tests.support.processes.image_worker import PHOTO, ReusedWorker, reused_worker
from tests.support.processes.photo_page import Bounds, Command, Photo, Result, Shown, ask

# Half of the chart's longest side, so that the page shrinks what it may.
LONGEST_SIDE: Final = 64
BOUNDS: Final = Bounds(LIMITS.upload_bytes, LIMITS.upload_pixels, LONGEST_SIDE)
TASK: Final = msgspec.structs.replace(PHOTO, longest_side=LONGEST_SIDE)
# Of one channel, of 255.
TOLERANCE: Final = 6
MIME: Final = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "AVIF": "image/avif",
    "HEIF": "image/heic",
}
API: Final = "API"


class Verdict(NamedTuple):
    """What became of one file on one way: API, or the page of a browser if that sent another file instead."""

    case: Case
    way: str
    refused: str | None
    """The code."""
    error: int | None
    """The largest difference of a channel to what Chromium shows; None when there is nothing to compare."""
    is_upright: bool

    @property
    def is_right(self) -> bool:
        """Damage is refused; other photos are taken, upright, with the colors that Chromium shows."""
        if self.case.state in DAMAGED:
            # JPEG, WebP, AVIF and HEIC have no checksums: a bit may make other pixels, and nobody can know.
            may_be_taken = self.case.state == "bit" and self.case.format != "PNG"
            return self.refused == "unreadable_image" or (self.refused is None and may_be_taken)
        if self.refused or not self.is_upright or self.error is None:
            return False
        # High dynamic range is tone-mapped, which each browser does in its own way.
        return self.error <= TOLERANCE or self.case.color in HDR


def judge(cases: Sequence[Case], browsers: Mapping[str, Command]) -> Iterator[Verdict]:
    """The verdicts on the files. `browsers` has "Chromium", which is the measure, and others by their names."""
    files = [file_of(case) for case in cases]
    photos = [
        Photo(f"photo.{case.format.lower()}", MIME[case.format], data) for case, data in zip(cases, files, strict=True)
    ]
    measures = [case for case in cases if _needs_twin(case)]
    twins = [Photo("twin.png", MIME["PNG"], twin_of(case)) for case in measures]
    results = {
        name: ask(command, photos + twins if name == "Chromium" else photos, BOUNDS)
        for name, command in browsers.items()
    }
    of_twins = dict(zip(measures, results["Chromium"][len(cases) :], strict=True))
    with reused_worker(TASK) as worker:
        for index, (case, data) in enumerate(zip(cases, files, strict=True)):
            shown = of_twins.get(case, results["Chromium"][index]).shown
            yield _verdict(worker, case, API, data, shown)
            for name in browsers:
                if (sent := _sent(case, results[name][index])) is not None:
                    yield _verdict(worker, case, name, sent, shown)


def _needs_twin(case: Case) -> bool:
    """Chromium opens no HEIC, and no AVIF with a profile for grey. It does not follow a WebP's EXIF, as Safari does."""
    is_shown = {"HEIF": False, "WEBP": case.orientation == 1, "AVIF": case.color != "grey ICC"}
    return case.state not in DAMAGED and not is_shown.get(case.format, True)


def _sent(case: Case, result: Result) -> bytes | None:
    """What the page made of a file; None when it sends it as it is. Raises AssertionError when that is not its part."""
    sent = result.sent
    assert sent.refused is None, (case, sent.refused)
    # Only what every decoder opens alike: a JPEG with its end, and not for print.
    if case.state != "bit":
        is_plain = case.format == "JPEG" and case.kind != "print" and case.state != "cut"
        assert (sent.data is not None) == is_plain, case
    return sent.data


def _verdict(worker: ReusedWorker, case: Case, way: str, data: bytes, shown: Shown | None) -> Verdict:
    answer = worker.answer(data)
    if isinstance(answer, Refusal):
        return Verdict(case, way, answer.code.value, None, is_upright=False)
    assert isinstance(answer, PreparedPhoto)
    if shown is None:
        return Verdict(case, way, None, None, is_upright=True)
    image = Image.open(BytesIO(answer.data))
    kept = [_color(image, x, y) for y in (0.25, 0.75) for x in (0.25, 0.75)]
    pairs = zip(kept, shown.fields, strict=True)
    error = max(abs(ours - theirs) for fields in pairs for ours, theirs in zip(*fields, strict=True))
    is_upright = (image.width < image.height) == (shown.width < shown.height)
    return Verdict(case, way, None, error, is_upright)


def _color(image: Image.Image, x: float, y: float) -> tuple[int, int, int]:
    pixel = image.getpixel((int(image.width * x), int(image.height * y)))
    assert isinstance(pixel, tuple)
    return pixel[0], pixel[1], pixel[2]
