"""Log lines as tqdm draws them, which is what Replicate's models print."""

WIDTH = 10
EIGHTHS = "▏▎▍▌▋▊▉█"


def bar(done: int, total: int, seconds: float) -> str:
    """One line such as ` 45%|████▌     | 9/20 [00:01<00:01,  7.20it/s]`."""
    fraction = done / total
    eighths = round(fraction * WIDTH * 8)
    filled = "█" * (eighths // 8) + (EIGHTHS[eighths % 8 - 1] if eighths % 8 else "")
    rate = f"{done / seconds:5.2f}it/s" if done and seconds > 0 else "?it/s"
    left = _clock(seconds * (total - done) / done) if done else "?"
    return f"{round(fraction * 100):3d}%|{filled:<{WIDTH}}| {done}/{total} [{_clock(seconds)}<{left}, {rate}]"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes:02d}:{rest:02d}"
