"""Image files to send."""

from io import BytesIO

from PIL import Image


def photo(size: tuple[int, int] = (96, 64), image_format: str = "JPEG", **options: object) -> bytes:
    """A picture without any detail; no two sizes give the same file."""
    data = BytesIO()
    Image.new("RGB", size, (120, 90, 60)).save(data, image_format, **options)
    return data.getvalue()


def animation() -> bytes:
    """Two frames in a WebP."""
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "blue")]
    data = BytesIO()
    frames[0].save(data, "WEBP", save_all=True, append_images=frames[1:])
    return data.getvalue()
