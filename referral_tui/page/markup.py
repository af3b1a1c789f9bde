"""Write HTML: escaped texts, tables, sections and the document. Pure: the same parts give the same bytes."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import Final

import orjson

from simulator.domain.printable import printable, printable_json

SERIES: Final = 4
"""How many designs get a colour of their own."""

STYLE: Final = """
:root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;--s0:#1f5fbf;--s1:#b3480a;
--s2:#1a7f4b;--s3:#8250a8;--less:#a6303b}
@media (prefers-color-scheme:dark){:root{--paper:#14171b;--ink:#e8eaed;--soft:#a3abb4;--line:#3a424b;--s0:#7db0ff;
--s1:#ffa462;--s2:#6fd39b;--s3:#cfa6f2;--less:#ff8f98}}
body{margin:0 auto;max-width:46rem;padding:1.5rem 1rem 3rem;background:var(--paper);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif}
h1{font-size:1.7rem;line-height:1.2;margin:0 0 .5rem}h2{font-size:1.25rem;margin:2.2rem 0 .5rem}
.answer{font-size:1.2rem;line-height:1.45;border-left:.3rem solid var(--s0);padding-left:.8rem;margin:1rem 0}
.note,figcaption,caption{color:var(--soft);font-size:.9rem}
figure{margin:1rem 0}svg{display:block;width:100%;height:auto}
svg text{font:13px system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif;fill:var(--ink)}
svg .soft{fill:var(--soft)}svg .axis{stroke:var(--line);stroke-width:1}svg .mark{stroke:var(--ink);stroke-width:1.5;
stroke-dasharray:5 4}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.85rem;font-variant-numeric:tabular-nums}
caption{text-align:left;padding:.3rem 0}th,td{padding:.2rem .5rem;border-bottom:1px solid var(--line);text-align:right}
th{font-weight:600}th:first-child,td:first-child{text-align:left}
code,pre{font:.85rem/1.45 ui-monospace,"Liberation Mono",Menlo,monospace}pre{white-space:pre-wrap;
overflow-wrap:anywhere;border:1px solid var(--line);padding:.7rem;border-radius:.3rem}
.f0{fill:var(--s0)}.f1{fill:var(--s1)}.f2{fill:var(--s2)}.f3{fill:var(--s3)}.fl{fill:var(--less)}
.l0,.l1,.l2,.l3{fill:none;stroke-width:2.5}.l0{stroke:var(--s0)}.l1{stroke:var(--s1);stroke-dasharray:7 4}
.l2{stroke:var(--s2);stroke-dasharray:2 3}.l3{stroke:var(--s3);stroke-dasharray:10 3 2 3}
.wide{max-width:none}body:has(.wide){max-width:72rem}h4{margin:1.6rem 0 .2rem;font-family:ui-monospace,
"Liberation Mono",Menlo,monospace}dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem .8rem;margin:.4rem 0;
font-size:.9rem}dt{color:var(--soft)}dd{margin:0}.words th,.words td{text-align:left;vertical-align:top}
.words th{white-space:nowrap}.words td{overflow-wrap:anywhere;min-width:4.5rem}
@page{size:A4;margin:16mm 14mm}@page wide{size:A4 landscape;margin:12mm}.wide{page:wide}
@media print{:root{color-scheme:light;--paper:#fff;--ink:#000;--soft:#444;--line:#bbb;--s0:#1f5fbf;--s1:#b3480a;
--s2:#1a7f4b;--s3:#8250a8;--less:#a6303b}body{max-width:none;padding:0;font-size:10.5pt}figure,tr,.answer,h2
{break-inside:avoid}h2,h3,h4,figcaption,caption{break-after:avoid}dl{break-inside:avoid;break-after:avoid}.scroll{overflow:visible}}
"""


def text(value: object) -> str:
    """Return a text that may come from outside, escaped for HTML and without hidden characters."""
    return html.escape(printable(str(value)))


def paragraph(value: object, kind: str = "") -> str:
    """Return a paragraph of plain text, of a class of the style."""
    return f"<p{f' class={chr(34)}{kind}{chr(34)}' if kind else ''}>{text(value)}</p>"


def listed(items: Iterable[object]) -> str:
    """Return a list of plain texts."""
    return f"<ul>{''.join(f'<li>{text(item)}</li>' for item in items)}</ul>"


def pairs(items: Iterable[tuple[object, object]]) -> str:
    """Return names with their descriptions."""
    return f"<dl>{''.join(f'<dt>{text(name)}</dt><dd>{text(value)}</dd>' for name, value in items)}</dl>"


def table(
    caption: str, head: Sequence[object], rows: Iterable[Sequence[object]], *, words: bool = False
) -> str:
    """Return a table whose rows are named by their first cell; `words` sets the cells as text rather than numbers."""
    heads = "".join(f'<th scope="col">{text(cell)}</th>' if cell else "<td></td>" for cell in head)
    body = "".join(
        f'<tr><th scope="row">{text(first)}</th>{"".join(f"<td>{text(cell)}</td>" for cell in rest)}</tr>'
        for first, *rest in rows
    )
    kind = ' class="words"' if words else ""
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{text(caption)}"><table{kind}>'
        f"<caption>{text(caption)}</caption><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def figure(chart: str, caption: str, below: str) -> str:
    """Return a chart with its caption, followed by its table."""
    return f"<figure>{chart}<figcaption>{text(caption)}</figcaption></figure>{below}"


def section(title: str, *parts: str) -> str:
    """Return a section; empty if it has no parts."""
    body = "".join(parts)
    return f"<section><h2>{text(title)}</h2>{body}</section>\n" if body else ""


def document(title: str, body: str, data: object) -> str:
    """Return the whole page; `data` is embedded as JSON, which no part of the page reads.

    The page's own policy forbids every request and every script.
    """
    embedded = printable_json(orjson.dumps(data).decode()).replace("<", "\\u003c")
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}"
        f'<script type="application/json" id="figures">{embedded}</script>\n</body>\n</html>\n'
    )
