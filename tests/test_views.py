"""The palette can be told apart, and the figure is whole, readable, and free of a screen."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures_views import labels_of, synthetic
from thermidor.errors import InputError
from thermidor.lenses import lens
from thermidor.views.overview import draw, figure
from thermidor.views.palette import INK, LINES, ORDER, REGIMES, paint, words
from thermidor.views.panels import Points, decimal_years, spread
from thermidor.views.ribbon import layers, room_for

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
SIGHTS = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def linear(colour: str) -> np.ndarray:
    """Linear RGB of a hex colour."""
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255.0
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE Lab of linear RGB."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = to_xyz @ np.clip(rgb, 0.0, 1.0) / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16.0 / 116.0)
    return np.array([116.0 * f[1] - 16.0, 500.0 * (f[0] - f[1]), 200.0 * (f[1] - f[2])])


def seen(colour: str, sight: str) -> np.ndarray:
    """A colour as an eye of some sight sees it, in Lab."""
    rgb = linear(colour)
    return lab(rgb if sight == "full" else np.array(SIGHTS[sight]) @ rgb)


def contrast(one: str, other: str) -> float:
    """Contrast ratio of the accessibility guidelines, 1 to 21."""
    light, dark = sorted((float(np.array([0.2126, 0.7152, 0.0722]) @ linear(c)) for c in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_label_of_the_lens_has_a_colour() -> None:
    """No label is drawn as something else, and each has its layer."""
    assert set(lens("trotsky").table().names) == set(REGIMES) == set(ORDER)
    assert len(ORDER) == len(set(ORDER))
    assert paint("no such label") == REGIMES["unclassified"]


def confused() -> list[tuple[str, str, str]]:
    """Pairs of regimes with one hatch whose colours are too near for some sight, or too near in lightness."""
    found = []
    for one, other in itertools.combinations(REGIMES, 2):
        a, b = REGIMES[one], REGIMES[other]
        if a.hatch != b.hatch:
            continue
        near = [s for s in ("full", *SIGHTS) if np.linalg.norm(seen(a.colour, s) - seen(b.colour, s)) < 12.0]
        near += ["black and white"] if abs(seen(a.colour, "full")[0] - seen(b.colour, "full")[0]) < 5.0 else []
        found += [(one, other, sight) for sight in near]
    return found


def test_any_two_regimes_can_be_told_apart() -> None:
    """By colour for every sight, or by hatch; in black and white by lightness, or by hatch."""
    assert confused() == []


def test_ink_can_be_read() -> None:
    """Words on a regime's colour, and the names of lines on paper, have the contrast that small text needs."""
    for label, look in REGIMES.items():
        assert contrast(look.colour, look.ink) >= 4.0, label
    assert all(contrast(colour, "#ffffff") >= 4.5 for colour in (*LINES, INK))


def test_words() -> None:
    """Labels become English."""
    assert words("proletarian-bonapartism") == "proletarian Bonapartism"
    assert words("bonapartism-classic") == "classic Bonapartism"
    assert words("workers-democracy") == "workers' democracy"
    assert words("semi-bonapartist-parliament") == "semi-Bonapartist parliament"


@given(st.lists(st.floats(-1.0, 2.0), max_size=8))
def test_spread_keeps_labels_apart(heights: list[float]) -> None:
    """Labels stay inside, keep their order, and stand apart as far as there is room."""
    out = spread(heights, 0.1, 0.0, 1.0)
    assert len(out) == len(heights)
    assert all(-1e-9 <= height <= 1.0 + 1e-9 for height in out)
    ranked = [out[i] for i in np.argsort(heights, kind="stable")]
    assert all(b - a >= 0.1 - 1e-9 for a, b in itertools.pairwise(ranked))


def test_spread_leaves_alone_what_is_apart() -> None:
    """Nothing moves without need."""
    assert spread([0.5, 0.2], 0.1, 0.0, 1.0) == [0.5, 0.2]


@given(st.integers(0, 40), st.integers(1, 60), st.floats(0.1, 0.9))
def test_a_label_stays_inside_its_layer(start: int, width: int, height: float) -> None:
    """Where a label is written, the layer is as high and as wide as the text."""
    bottom, top = np.zeros(100), np.zeros(100)
    top[start : start + width] = height
    spot = room_for(bottom, top, "one label", 1.0, 0.2)
    if spot is not None:
        lines = spot.text.split("\n")
        wide = max(map(len, lines))
        inside = top[spot.month - wide // 2 : spot.month - wide // 2 + wide]
        assert len(inside) == wide and (inside >= 0.2 * len(lines) - 1e-9).all()
    elif height >= 0.4:
        assert width < len("label")


def test_layers() -> None:
    """Absent labels get no layer; unknown ones come last."""
    shares = {"interregnum": np.zeros(3), "strange": np.ones(3) / 2, "workers-democracy": np.ones(3) / 2}
    assert layers(shares) == ["workers-democracy", "strange"]


def test_decimal_years() -> None:
    """The middle of a month, as a year."""
    assert decimal_years(np.array(["1917-11", "1918-01"], dtype="datetime64[M]")) == pytest.approx(
        [1917.875, 1918 + 1 / 24]
    )


def shares_of(series: object) -> dict[str, np.ndarray]:
    """Share of runs by month under each made-up label."""
    labels = labels_of(series)[:, :, 0]
    return {str(label): (labels == label).mean(axis=0) for label in np.unique(labels)}


def drawn(runs: int, months: int = 998, record: bool = True) -> object:
    """A figure of the made-up society, drawn and laid out."""
    series = synthetic(runs, months)
    years = np.arange(1918, 2000) + 0.5
    points = {
        "gdp_per_head": Points(years, np.linspace(1.0, 9.0, len(years))),
        "urban_share": Points(years, np.linspace(0.2, 0.7, len(years))),
        "sentences": Points(np.array([1930.5, 1937.5]), np.array([208.0, 791.0])),
    }
    made = draw(series.isel(country=0), shares_of(series), title="Somewhere", record=points if record else None)
    made.draw_without_rendering()
    return made


@pytest.mark.parametrize(("runs", "months"), [(20, 998), (1, 998), (1, 30), (3, 2), (1, 1)])
def test_the_figure_is_readable(runs: int, months: int) -> None:
    """1200 x 1500 pixels; no two texts touch, and none leaves the paper."""
    made = drawn(runs, months)
    width, height = made.get_size_inches() * made.dpi
    assert (round(width), round(height)) == (1200, 1500)
    texts = list(made.texts)
    for ax in made.axes:
        low, high = ax.get_xlim()
        years = [t for t in ax.xaxis.get_ticklabels() if low <= t.get_position()[0] <= high]
        texts += [*ax.texts, *(t for t in [*years, *ax.yaxis.get_ticklabels()] if t.get_visible())]
    boxes = [(t.get_text(), t.get_window_extent()) for t in texts if t.get_text().strip()]
    assert len(boxes) > 20
    for text, box in boxes:
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height, text
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        across = min(a.x1, b.x1) - max(a.x0, b.x0)
        along = min(a.y1, b.y1) - max(a.y0, b.y0)
        assert across <= 1.0 or along <= 1.5, (one, other)


def test_the_figure_shows_the_record_where_it_is() -> None:
    """Dots stand at the record's own numbers; without a record there are none."""

    def dots(made: object) -> list[tuple[float, float]]:
        lines = [line for ax in made.axes for line in ax.lines if line.get_marker() == "o"]
        return [pair for line in lines for pair in zip(*line.get_data(), strict=True)]

    assert (1918.5, 1.0) in dots(drawn(1))
    assert not dots(drawn(1, record=False))


def result_of(series: object, record: str | None = "SUN") -> SimpleNamespace:
    """What a figure needs of a result."""
    countries = {"somewhere": {"title": "Somewhere"} | ({"record": record} if record else {})}
    manifest = {
        "scenario": {"name": "made-up", "resolved": {"countries": countries}},
        "replicates": [0, 1], "citizens": 10_000, "seed": 1, "overrides": {},
    }  # fmt: skip
    return SimpleNamespace(dataset=series, manifest=manifest, reading=lens("trotsky").read(series))


def test_a_figure_of_a_result(tmp_path: Path) -> None:
    """A result becomes a PNG; a country that it hasn't got is refused."""
    result = result_of(synthetic(2, 240))
    figure(result).savefig(tmp_path / "figure.png")
    assert (tmp_path / "figure.png").read_bytes()[:4] == b"\x89PNG"
    figure(result_of(synthetic(2, 24), record=None))
    with pytest.raises(InputError, match="nowhere"):
        figure(result, "nowhere")


def test_no_screen_is_needed() -> None:
    """Drawing imports no pyplot and no compiler."""
    code = (
        "import sys; from fixtures_views import synthetic; from thermidor.views.overview import draw\n"
        "import numpy as np; draw(synthetic(1, 24).isel(country=0), {'interregnum': np.ones(24)}, title='')\n"
        "assert not {'matplotlib.pyplot', 'numba'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parent, check=True, timeout=60,
                   env={"PYTHONPATH": str(Path(__file__).parent.parent / "src")})  # fmt: skip
