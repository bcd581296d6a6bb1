"""Interim."""

from PIL import Image

from local.replicate.pictures.order import Order


def paint(order: Order, index: int) -> Image.Image:
    base = order.photo or Image.linear_gradient("L").convert("RGB")
    return base.resize((order.width, order.height)).rotate((order.seed + index) % 360)
