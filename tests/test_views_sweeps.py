"""The pictures of sweeps are whole: nothing clipped or overlapping, holes hatched, few rows or many, grey or colour."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from thermidor.analysis.survival import curve
from thermidor.errors import InputError
from thermidor.views import contributions, fan, heat, morris, phase, survival, tornado
from thermidor.views.cells import Boundary, Plane, scale
from thermidor.views.palette import LETTERS, REGIMES, paint
from thermidor.views.panels import Points, dress
from thermidor.views.sheet import fold

LONG = "share_of_the_standing_force_in_the_population_at_which_repression_bites_fully"


def texts(figure: Figure) -> list[tuple[str, object]]:
    """Every text that shows, with its box in dots; of words that lean only the foot, as their boxes overlap."""
    canvas = FigureCanvasAgg(figure)
    figure.draw_without_rendering()
    shown = [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip()]
    hidden = [label for ax in figure.axes for label in _hidden_ticks(ax)]
    inside = []
    for text in shown:
        box = Text.get_window_extent(text, canvas.get_renderer())  # of the words, without an annotation's arrow
        if text.get_rotation() % 90.0:
            box = Bbox.from_extents(box.x1 - 20.0, box.y0, box.x1, box.y1)
        if box.width > 0 and text not in hidden:
            inside.append((text.get_text(), box))
    return inside


def _hidden_ticks(ax: object) -> list[Text]:
    """Labels of ticks beyond the limits, which are not drawn."""
    hidden = []
    for axis in (ax.xaxis, ax.yaxis):  # type: ignore[attr-defined]
        low, high = sorted(axis.get_view_interval())
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
            if not low <= tick.get_loc() <= high:
                hidden += [tick.label1, tick.label2]
    return hidden


def whole(figure: Figure) -> Figure:
    """Assert that every text lies on the sheet and none on another."""
    found = texts(figure)
    width, height = figure.canvas.get_width_height()
    for words, box in found:
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height, f"clipped: {words!r}"
    for (one, a), (other, b) in itertools.combinations(found, 2):
        across, up = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        assert across <= 2.0 or up <= 2.0, f"overlap: {one!r} and {other!r}"
    return figure


def cells(many: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Two factors, the commonest label and its share over them, with two holes."""
    x, y = np.linspace(0.0, 1.0, many), np.geomspace(1.2, 11.5, many)
    keep = 1.0 / (1.0 + np.exp(-4.0 * (np.log(y)[None, :] - 1.0 - x[:, None])))
    labels = np.where(keep > 0.5, "workers-democracy", "distorted-workers-state").astype(object)
    shares = np.maximum(keep, 1.0 - keep)
    labels[0, 0], shares[-1, -1] = None, np.nan
    return x, y, labels, shares


TITLES = {"title": "What two factors lead to", "x_title": "isolation", "y_title": "GDP per head, thousand $"}


@pytest.mark.parametrize("many", [2, 17, 60])
def test_phase(many: int) -> None:
    """Each cell's square is as large as its share, holes are left open, the boundary leaves the sheet in peace."""
    x, y, labels, shares = cells(many)
    line = Boundary(x, np.exp(1.0 + x), np.full(many, -np.inf), np.full(many, np.inf))
    figure = whole(
        phase.figure(Plane(x, y, **TITLES, y_log=True, boundary=line, note="One failed. " * 20), labels, shares)
    )
    look = paint("distorted-workers-state")
    drawn = [p for p in figure.axes[0].patches if isinstance(p, PathPatch) and to_hex(p.get_facecolor()) == look.colour]
    assert [patch.get_hatch() for patch in drawn] == [look.hatch if many <= phase.MOST_HATCHED else None]
    places = labels == "distorted-workers-state"
    assert [len(patch.get_path().vertices) for patch in drawn] == [5 * places.sum()]
    corners = drawn[0].get_path().vertices.reshape(-1, 5, 2)
    lengths = np.log(corners[:, 2, 1] / corners[:, 0, 1]) / np.diff(np.log(scale(y, True).edges))[0]
    assert lengths == pytest.approx(np.sqrt(shares[places]))
    assert figure.axes[0].get_ylim()[1] == pytest.approx(scale(y, True).edges[-1])
    assert any("no data" in words for words, _ in texts(figure))


def test_many_cells_are_told_apart_in_grey() -> None:
    """Every region of equal labels has its letter inside it and the key says whose; few cells keep their hatches."""
    x, y, labels, shares = cells(17)
    labels[:], shares[:] = "workers-democracy", 0.5
    labels[3:9, 2:12], labels[16, 16], labels[5, 5] = "bonapartism-classic", "bonapartism-anaemic", None
    figure = whole(phase.figure(Plane(x, y, **TITLES, y_log=True), labels, shares))
    drawn = {
        (round(float(t.get_position()[0]), 6), t.get_text()) for t in figure.axes[0].texts if len(t.get_text()) == 1
    }
    assert sorted(text for _, text in drawn) == ["A", "C", "W"]
    assert (round(float(x[16]), 6), "A") in drawn
    words = [text for text, _ in texts(figure)]
    assert any(text.startswith("A  anaemic") for text in words)
    assert not any(p.get_hatch() for p in figure.axes[0].patches if isinstance(p, PathPatch))
    for (i, j), depth in phase.middles(np.where(labels == None, "", labels)):  # noqa: E711
        assert labels[i, j] is not None and depth >= 0
    assert len(set(LETTERS.values())) == len(LETTERS) == len(REGIMES)


def test_whole_years_mark_time() -> None:
    """No tick is half a year, however long the time; within one year months are named."""
    for first, months in ((1917.9, 100), (1917.9, 1000), (1917.9, 30)):
        ax = Figure().add_axes((0, 0, 1, 1))
        dress(ax, "", "", first + np.arange(months) / 12.0)
        names = [label.get_text() for label in ax.get_xticklabels()]
        assert 2 <= len(names) <= 9 and all(name.isdigit() for name in names)
    ax = Figure().add_axes((0, 0, 1, 1))
    dress(ax, "", "", 1918.0 + (np.arange(7) + 0.5) / 12.0)
    assert next(label.get_text() for label in ax.get_xticklabels()) == "1918-01"


def test_phase_of_words() -> None:
    """Settings instead of numbers, with long names."""
    _, _, labels, shares = cells(2)
    whole(phase.figure(Plane(["open", LONG], ["poor", "rich"], **TITLES), labels, shares))
    _, _, labels, shares = cells(12)
    names = [f"{i} {LONG}" for i in range(12)]
    whole(phase.figure(Plane(names, names, **TITLES), labels, shares))


@pytest.mark.parametrize("many", [2, 8, 60])
@pytest.mark.parametrize("share", [True, False])
def test_heat(many: int, share: bool) -> None:
    """A share with numbers or contours; values of both signs; holes."""
    x, y, _, values = cells(many)
    values = values if share else 10.0 * (values - 0.8)
    line = Boundary(x, np.exp(1.0 + x), np.exp(0.8 + x), np.exp(1.2 + x))
    figure = whole(
        heat.figure(Plane(x, y, **TITLES, y_log=True, boundary=line), values, unit="share of runs", share=share)
    )
    words = [text for text, _ in texts(figure)]
    assert "no data" in words
    assert any(
        "never" in text for text, _ in texts(heat.figure(Plane(x, y, **TITLES), values, unit="years", holes="never"))
    )
    assert ("below zero" in words) == (not share and many > 9)
    if many < 9:
        assert sum(text.endswith("%") for text in words) >= many * many - 1 or not share


def test_heat_without_any_number() -> None:
    """A sweep of which nothing is done yet, and one whose cells are all equal."""
    for values in (np.full((3, 3), np.nan), np.ones((3, 3)), np.ones((20, 20))):
        levels = np.arange(float(len(values)))
        whole(heat.figure(Plane(levels, levels, **TITLES), values, unit="years"))


def test_the_colours_of_heat_are_legible_in_grey() -> None:
    """Lightness falls steadily from nothing to much."""
    colours = LinearSegmentedColormap.from_list("heat", heat.UP)(np.linspace(0.0, 1.0, 50))[:, :3]
    light = colours @ np.array([0.299, 0.587, 0.114])
    assert (np.diff(light) < 0.0).all() and light[0] - light[-1] > 0.6


@pytest.mark.parametrize("many", [2, 60, 80])
def test_tornado(many: int) -> None:
    """Sorted by size, signs told by hatch as well, holes last, what is too much told in the note."""
    effects = np.random.default_rng(1).normal(0.0, 1.0, many)
    effects[0] = np.nan
    names = [f"{i} {LONG}" if i % 5 == 0 else f"rule_{i}" for i in range(many)]
    figure = whole(
        tornado.figure(names, effects, effects - 0.1, effects + 0.1, title=LONG, unit="years", note="A note.")
    )
    rows = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    largest = int(np.nanargmax(np.abs(effects)))
    assert rows[0] == fold(names[largest], 32) and len(rows) == min(many, 60)
    hatched = [p for p in figure.axes[0].patches if p.get_hatch() == tornado.LOWERS[1] and p.get_width() < 0]
    assert len(hatched) == (
        np.sort(-np.abs(effects))[:60].size and (effects[np.argsort(-np.abs(effects))[:60]] < 0).sum()
    )
    assert any("20 more" in words or "19 more" in words for words, _ in texts(figure)) == (many == 80)


def test_tornado_without_an_interval() -> None:
    """An effect whose interval is unknown has a dot and no line, and the legend says why."""
    effects, half = np.array([3.0, -2.0, 1.0]), np.array([0.5, np.nan, 0.5])
    figure = whole(tornado.figure(["a", "b", "c"], effects, effects - half, effects + half, title="T", unit="years"))
    assert sum(line.get_marker() == "D" for line in figure.axes[0].lines) == 1
    assert any("no interval" in words for words, _ in texts(figure))
    plain = tornado.figure(["a"], effects[:1], effects[:1] - 0.1, effects[:1] + 0.1, title="T", unit="years")
    assert not any("no interval" in words for words, _ in texts(plain))


@pytest.mark.parametrize("many", [2, 450])
def test_morris(many: int) -> None:
    """The ten largest are named once each, clear of each other, even where all lie at one place."""
    random = np.random.default_rng(2)
    mu = random.exponential(1.0, many)
    for sigma in (mu * random.uniform(0.2, 1.5, many), np.full(many, 0.4)):
        names = [f"{i} {LONG}" for i in range(many)]
        figure = whole(morris.figure(names, mu, sigma, 0.8 * mu, 1.2 * mu, title="Which rules", unit="share of runs"))
        words = [text for text, _ in texts(figure)]
        for i in np.argsort(-mu)[:10]:
            assert words.count(fold(names[i], 26)) == 1
    whole(morris.figure(["a", "b"], np.array([0.0, np.nan]), np.array([0.0, 1.0]), title="None", unit="share"))


@pytest.mark.parametrize("groups", [1, 6])
def test_fan(groups: int) -> None:
    """Panels of one scale; months without a number are hatched; the record only where it falls in the time."""
    years = 1917.9 + np.arange(400) / 12.0
    values = np.exp(np.cumsum(np.random.default_rng(0).normal(0.0, 0.03, (20, 400)), axis=1))
    values[:, :40] = np.nan
    record = Points(np.array([1900.5, 1930.5]), np.array([1e6, 1.0]))
    named = {f"{i} {LONG}": values * (1.0 + i) for i in range(groups)}
    figure = whole(
        fan.figure(years, named, title="GDP per head", unit="thousand $", record=record, note="A note. " * 30)
    )
    assert len({ax.get_ylim() for ax in figure.axes}) == 1 and figure.axes[0].get_ylim()[1] < 1e3
    assert any("no data" in words for words, _ in texts(figure))
    with pytest.raises(InputError, match="no numbers"):
        fan.figure(years, {"a": np.full((3, 400), np.nan)}, title="", unit="")


@pytest.mark.parametrize("many", [1, 6])
def test_survival(many: int) -> None:
    """Curves start at one and never rise; the numbers below are those still lasting."""
    random = np.random.default_rng(3)
    lasted = [np.minimum(random.exponential(10.0 * (i + 1), 40) + 0.1, 60.0) for i in range(many)]
    curves = {f"{i} {LONG}": curve(found, found < 60.0) for i, found in enumerate(lasted)}
    figure = whole(survival.figure(curves, title="How long regimes last", note="Log-rank test."))
    words = [text for text, _ in texts(figure)]
    assert words.count("40") >= many and str(int((lasted[0] >= 10.0).sum())) in words
    found = next(iter(curves.values()))
    assert len(figure.axes[0].collections) == (many if many <= survival.MOST_BANDS else 0), "bands hide each other"
    assert any("bands" in text for text in words) == (many <= survival.MOST_BANDS)
    assert found.at(np.array([0.0]))[0] == 1.0 and (np.diff(found.at(np.linspace(0.0, 60.0, 99))) <= 0.0).all()
    with pytest.raises(InputError, match="told apart"):
        survival.figure({str(i): found for i in range(7)}, title="")


@pytest.mark.parametrize(("points", "groups"), [(1, 2), (3, 6), (7, 8)])
def test_contributions(points: int, groups: int) -> None:
    """A panel a point on one scale, the sum below, a hole hatched."""
    effects = np.random.default_rng(4).normal(0.0, 1.0, (points, groups))
    totals = effects.sum(axis=1)[:, None] + np.array([0.0, -0.2, 0.2])
    effects[0, 0] = np.nan
    names, heads = [f"{i} {LONG}" for i in range(groups)], [f"{i} {LONG}" for i in range(points)]
    figure = whole(
        contributions.figure(
            names, heads, effects, effects - 0.1, effects + 0.1, totals, title="Sum", unit="share of runs"
        )
    )
    assert len(figure.axes) == points and len({ax.get_xlim() for ax in figure.axes}) == 1
    assert sum(words == "no data" for words, _ in texts(figure)) == 1


def test_levels_that_fall_are_refused() -> None:
    """An axis has to rise, and to have logarithms where it is said."""
    for levels, log in (([2.0, 1.0], False), ([0.0, 1.0], True)):
        with pytest.raises(InputError, match="axis"):
            scale(levels, log)
    assert scale([1.0, 10.0], True).edges == pytest.approx([10**-0.5, 10**0.5, 10**1.5])
