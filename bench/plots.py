"""Draw figures as SVG: bars for what servers do, lines for what happens in time.

Takes names and numbers; gives text. Colours and type are those that read on light and dark pages alike.
"""

from collections.abc import Mapping, Sequence
from html import escape

WIDTH, LEFT, RIGHT = 720, 250, 90
BAR, GAP, TOP = 18, 8, 34
HEIGHT, BOTTOM = 300, 40
COLOURS = ("#3273c5", "#d1782f", "#3f9b57", "#8a63b8")
GREY = "#808080"
Points = Sequence[tuple[float, float]]


def bars(title: str, figures: Mapping[str, float]) -> str:
    """One bar for each name, in their order, with its figure at the end."""
    longest = max(figures.values(), default=0.0) or 1.0
    drawn = []
    for place, (name, figure) in enumerate(figures.items()):
        y, length = TOP + place * (BAR + GAP), (WIDTH - LEFT - RIGHT) * figure / longest
        drawn += [
            _text(LEFT - 8, y + BAR - 5, name, anchor="end"),
            f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR}" fill="{COLOURS[0]}"/>',
            _text(LEFT + length + 6, y + BAR - 5, f"{figure:,.0f}"),
        ]
    return _page(title, TOP + len(figures) * (BAR + GAP) + GAP, drawn)


def lines(title: str, unit: str, series: Mapping[str, Points]) -> str:
    """One line for each name over the same time, from nothing to the greatest figure."""
    far = max((x for points in series.values() for x, _ in points), default=0.0) or 1.0
    high = max((y for points in series.values() for _, y in points), default=0.0) or 1.0
    width, height = WIDTH - 2 * RIGHT, HEIGHT - TOP - BOTTOM
    drawn = [
        f'<path d="M{RIGHT} {TOP}V{TOP + height}H{RIGHT + width}" fill="none" stroke="{GREY}"/>',
        _text(RIGHT - 6, TOP + 6, f"{high:,.0f} {unit}", anchor="end"),
        _text(RIGHT - 6, TOP + height, "0", anchor="end"),
        _text(RIGHT + width, TOP + height + 16, f"{far:,.0f} min", anchor="end"),
    ]
    for place, (name, points) in enumerate(series.items()):
        colour = COLOURS[place % len(COLOURS)]
        path = " ".join(f"{RIGHT + width * x / far:.1f},{TOP + height * (1 - y / high):.1f}" for x, y in points)
        drawn += [
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>',
            _text(RIGHT + place * 200, HEIGHT - 6, name, fill=colour),
        ]
    return _page(title, HEIGHT, drawn)


def _page(title: str, height: float, drawn: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" font-family="sans-serif">'
    return "\n".join([head, f"<title>{escape(title)}</title>", _text(8, 20, title, size=14), *drawn, "</svg>\n"])


def _text(x: float, y: float, text: str, *, anchor: str = "start", size: int = 12, fill: str = GREY) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} font-size="{size}" fill="{fill}">{escape(text)}</text>'
