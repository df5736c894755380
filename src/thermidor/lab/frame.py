"""What every page has: head and style, navigation, plain elements with escaped text, buttons for mouse and keyboard."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

from nicegui import Client, ui
from nicegui.element import Element

from thermidor import __version__
from thermidor.jit import rules_digest
from thermidor.lab.draw import LEFT, RIGHT
from thermidor.lab.words import say
from thermidor.views.palette import paint, words

SITE = Path(__file__).parents[3] / "site"
"""The documentation, where it has been built beside the source."""
DOCS = Path(__file__).parents[3] / "docs"
"""Its pages, where there is a source."""
STYLE = Path(__file__).with_name("style.css")
SCRIPT = """<script>
const thermidorTell = () => {
  const wide = (box) => (box ? Math.floor(box.clientWidth) : 0);
  const ribbon = document.getElementById('ribbon'), panel = document.querySelector('.panel .drawing');
  if (ribbon && window.emitEvent) emitEvent('resized', {wide: wide(ribbon), panel: wide(panel)});
};
let thermidorWait;
window.addEventListener('resize', () => {
  clearTimeout(thermidorWait);
  thermidorWait = setTimeout(thermidorTell, 150);
});
let thermidorLast = '';
document.addEventListener('focusin', (event) => { thermidorLast = event.target.id || thermidorLast; });
const thermidorFocus = (tries = 20) => setTimeout(() => {
  const last = document.getElementById(thermidorLast);
  if (last && document.activeElement === document.body) last.focus({preventScroll: true});
  else if (tries) thermidorFocus(tries - 1);
}, 50);
window.addEventListener('popstate', () => {
  const deep = history.state && history.state.deep || 0;
  if (location.pathname === '/lab' && window.emitEvent) emitEvent('went_back', {link: location.search, deep: deep});
});
let thermidorTold = null;
const thermidorOwn = () => {
  if (thermidorTold) thermidorTold.textContent = thermidorTold.dataset.own || '';
  thermidorTold = null;
};
document.addEventListener('pointermove', (event) => {
  const seen = event.target.closest && event.target.closest('svg[data-told]');
  if (!seen) return thermidorOwn();
  const texts = seen.dataset.told.split('|'), box = seen.getBoundingClientRect();
  const part = (event.clientX - box.left - LEFT) / (box.width - LEFT - RIGHT) / seen.dataset.cover;
  const out = seen.closest('section').querySelector(seen.matches('.ribbon') ? '#readout-ribbon' : '.readout');
  if (!out || part < 0 || part >= 1) return thermidorOwn();
  if (thermidorTold !== out) thermidorOwn();
  thermidorTold = out;
  out.textContent = texts[Math.floor(part * texts.length)];
});
new MutationObserver((seen) => {
  if (seen.some((one) => one.target.matches && one.target.matches('.drawing'))) thermidorOwn();
}).observe(document, {childList: true, subtree: true});
</script>""".replace("LEFT", f"{LEFT:g}").replace("RIGHT", f"{RIGHT:g}")
PLACES = (
    ("page.home", "/"),
    ("page.lab", "/lab"),
    ("page.world", "/world"),
    ("page.tours", "/tours"),
    ("page.ledger", "/ledger"),
)


def page(title: str) -> Element:
    """Begin a page: its head, the links of all pages, and the part that the rest goes into."""
    ui.add_head_html(f"<style>{STYLE.read_text(encoding='utf-8')}</style>{SCRIPT}")
    ui.page_title(f"{title} - {say('page.title')}")
    dark = ui.dark_mode(None)
    text("a", say("page.skip")).props('href="#picture"').classes("skip")
    with ui.element("header").classes("top"):
        text("a", say("page.title")).props('href="/"').classes("brand")
        with ui.element("nav").props(f'aria-label="{say("page.title")}"'), ui.element("ul"):
            for name, place in PLACES:
                with ui.element("li"):
                    text("a", say(name)).props(f'href="{place}"')
        button(say("page.dark"), lambda: dark.set_value(not dark.value), "dark")
    main = ui.element("main").classes("main").props("id=picture tabindex=-1")
    with ui.element("footer").classes("foot"):
        links = [("page.docs", "/docs/index.html")] * documented() + [("page.api", "/api/v1/openapi.json")]
        for name, place in links:
            text("a", say(name)).props(f'href="{place}"')
        text("span", f"{say('page.title')} {__version__}, {say('page.rules', rules=rules_digest())}")
    return main


def documented() -> bool:
    """Whether the documentation can be read here."""
    return SITE.is_dir() or (DOCS / "index.md").is_file()


def lost() -> None:
    """The page for an address at which there is none."""
    with page(say("page.lost")):
        text("h1", say("page.lost"))
        text("p", say("page.lost_about"))
        text("p", say("page.lost_on"))
        with ui.element("ul"):
            for name, place in PLACES:
                with ui.element("li"):
                    text("a", say(name)).props(f'href="{place}"')


def text(tag: str, told: str) -> Element:
    """An element that holds a text, escaped by the browser itself."""
    made = ui.element(tag)
    say_in(made, told)
    return made


def number(told: Any) -> float | None:
    """A number that a browser told; None for anything else."""
    return float(told) if isinstance(told, int | float) and abs(told) < 1e12 else None


def say_in(element: Element, told: str) -> None:
    """Put a text in the place of an element's old one."""
    element._text = told
    element.update()


def swatch(label: str) -> str:
    """An entry of a key: a regime's colour and its name."""
    look = paint(label)
    return f'<li><i style="background:{look.colour}"></i>{escape(words(label))}</li>'


def unveil(client: Client, name: str) -> None:
    """Show what was hidden on a page, by its id."""
    client.run_javascript(f"document.getElementById('{name}').classList.remove('veiled')")


def button(told: str, do: Callable[[], Any], name: str) -> Element:
    """A button that does something when it is pressed, by a name that tests know."""
    return text("button", told).props(f"type=button id=do-{name}").on("click", lambda _: do())
