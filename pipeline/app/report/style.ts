/** The page's style sheet: light and dark by the reader's setting, light on paper. */
import { causes } from '../../domain/formats/label-row.ts';
import { looks } from './causes.ts';

const light = `--paper: #faf9f5; --card: #ffffff; --ink: #1d241f; --dim: #5c675f; --rule: #dcded5;
  --accent: #2f6f50; --pre: #8a7a55; --main: #2f6f50; --good: #20693f; --bad: #a83a10; --bad-soft: #fbeee7; --code: #f0f0e9;
  color-scheme: light;`;
const dark = `--paper: #131714; --card: #1b211d; --ink: #e6ebe5; --dim: #9aa89e; --rule: #313a34;
  --accent: #6fbf94; --pre: #c9b483; --main: #6fbf94; --good: #7fd0a2; --bad: #f08c5e; --bad-soft: #35231b; --code: #232a26;
  color-scheme: dark;`;

export const style = `
:root { ${light} }
@media (prefers-color-scheme: dark) { :root { ${dark} } }
@media print { :root { ${light} --paper: #fff; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 4rem; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans JP", sans-serif; }
header, main { max-width: 72rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2rem; }
.brand { margin: 0; color: var(--accent); font-weight: 600; display: flex; align-items: center; gap: .5rem; }
h1 { margin: .1rem 0 0; font-size: clamp(1.6rem, 4vw, 2.4rem); line-height: 1.2; overflow-wrap: anywhere; }
header p.dim { margin: .3rem 0 1rem; }
h2 { font-size: 1.4rem; margin: 0 0 .75rem; }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .5rem; overflow-wrap: anywhere; }
h4 { font-size: .95rem; margin: 1.25rem 0 .5rem; color: var(--dim); font-weight: 600; }
p { margin: .5rem 0; }
a { color: var(--accent); }
code, pre { font: .875em/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
pre { background: var(--code); padding: .75rem 1rem; border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; margin: .25rem 0; }
.dim, small { color: var(--dim); }
.note, .label { color: var(--dim); font-size: .85rem; margin: .25rem 0; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
section:focus-visible { outline-offset: 8px; }
section:focus:not(:focus-visible) { outline: none; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; z-index: 3; background: var(--card); padding: .5rem 1rem; }

nav { position: sticky; top: 0; z-index: 2; background: var(--paper); border-block: 1px solid var(--rule); }
nav ul { list-style: none; display: flex; gap: .25rem 1.25rem; max-width: 72rem; margin: 0 auto; padding: .5rem 1.25rem; overflow-x: auto; white-space: nowrap; scrollbar-width: none; }
nav a { display: block; padding: .2rem 0; color: inherit; text-decoration: none; font-size: .95rem; }
nav a:hover { color: var(--accent); text-decoration: underline; text-underline-offset: .3em; }
section { padding: 2rem 0 1.25rem; }
section + section { border-top: 1px solid var(--rule); }

.lead { font-size: 1.15rem; max-width: 46em; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .75rem; margin: 1.25rem 0; }
.tiles div { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: .75rem 1rem; }
dt { color: var(--dim); font-size: .85rem; }
dd { margin: 0; }
.tiles b { display: block; font-size: 1.75rem; line-height: 1.25; font-weight: 650; font-variant-numeric: tabular-nums; }
.tiles span { color: var(--dim); font-size: .85rem; }

.ledger { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem .6rem; margin: .5rem 0; }
.term { display: inline-flex; flex-direction: column; line-height: 1.2; background: var(--card); border: 1px solid var(--rule); border-radius: 6px; padding: .35rem .7rem; }
.term b { font-size: 1.2rem; font-variant-numeric: tabular-nums; }
.term span { font-size: .8rem; color: var(--dim); }
.term.decoded { border-color: var(--accent); }
.term.zero { border-style: dashed; background: none; }
.term.zero b { color: var(--dim); font-weight: 400; }
.sign { font-size: 1.3rem; color: var(--dim); }
.verdict { white-space: nowrap; }
.good { color: var(--good); }
.bad, .failure b { color: var(--bad); }
em.rejected, em.corrected { font-style: normal; font-size: .75rem; font-weight: 600; padding: .05rem .4rem; border-radius: 99px; border: 1px solid currentColor; }
em.rejected { color: var(--bad); }
em.corrected { color: var(--good); }

.problems { list-style: none; margin: 0; padding: 0; display: grid; gap: .5rem; }
.problems li { background: var(--bad-soft); border-left: 4px solid var(--bad); border-radius: 0 6px 6px 0; padding: .5rem .9rem; overflow-wrap: anywhere; }
.problems b { display: block; }

.wide { overflow-x: auto; margin: .75rem 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .4rem .6rem; border-bottom: 1px solid var(--rule); white-space: nowrap; vertical-align: middle; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
thead th { font-weight: 500; color: var(--dim); font-size: .85rem; }
tbody th { font-weight: 400; white-space: normal; overflow-wrap: anywhere; min-width: 8.5rem; }
tbody th small { display: block; font-size: .8rem; line-height: 1.35; max-width: 13rem; white-space: normal; }
tr.zero, tr.dim { color: var(--dim); }
tr.total > * { border-bottom: 0; font-weight: 600; }
.measure { min-width: 6.5rem; }
.measure i { display: block; width: 100%; height: 4px; border-radius: 2px; background: var(--rule); overflow: hidden; margin-top: .15rem; }
.measure b { display: block; height: 100%; }
.measure span { color: var(--dim); font-size: .85rem; }
.up { color: var(--good); font-weight: 600; }
.down { color: var(--bad); font-weight: 600; }
.key::before { content: ""; display: inline-block; width: .75em; height: .75em; border-radius: 2px; margin-right: .35em; background: var(--accent); }
.key.pre::before { background: var(--pre); }
.key.main::before { background: var(--main); }
.beside { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; align-items: flex-start; }
.beside > * { max-width: 100%; }
.narrow { max-width: min(100%, 34rem); }

.line-sample { vertical-align: middle; margin-right: .4rem; flex: none; }
.line-sample path { fill: none; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; padding: 0; margin: .75rem 0; font-size: .9rem; }
.legend span { color: var(--dim); }
.bar { display: inline-flex; width: 10rem; max-width: 100%; height: .7rem; border-radius: 3px; overflow: hidden; background: var(--rule); vertical-align: middle; }
.bar i { min-width: 2px; }
${causes.map((cause) => `.bar .${cause} { background: ${looks[cause].colour}; }`).join('\n')}

.clip { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 0 1.25rem; margin: 1rem 0; }
.clip[open] { padding-bottom: 1.25rem; }
.clip > summary { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem 1rem; padding: .75rem 0; cursor: pointer; }
.clip > summary::before { content: "▸"; color: var(--dim); width: 1em; }
.clip[open] > summary::before { content: "▾"; }
.clip > summary h3 { margin: 0; flex: 1 1 auto; }
.clip .term { background: var(--paper); }
summary { cursor: pointer; }
.numbers { margin: .5rem 0; }
.timeline { margin: 1.25rem 0; }
.row { display: flex; align-items: center; gap: .6rem; margin-top: 4px; }
.side { flex: none; width: 3.4rem; font-size: .8rem; color: var(--dim); text-align: right; }
.strip, .risk, .ruler { flex: 1; min-width: 0; display: block; }
.strip { height: 1.5rem; background: repeating-linear-gradient(135deg, var(--rule) 0 2px, transparent 2px 6px); border-radius: 3px; shape-rendering: crispEdges; }
.risk { height: 3.2rem; overflow: visible; }
.risk path { fill: none; stroke: var(--ink); stroke-width: 1.5; vector-effect: non-scaling-stroke; stroke-linejoin: round; }
.risk .grid { stroke: var(--rule); stroke-width: 1; }
.ruler { position: relative; height: 2rem; font-size: .75rem; color: var(--dim); font-variant-numeric: tabular-nums; }
.ruler > * { position: absolute; transform: translateX(-50%); }
.ruler span { top: .9rem; }
.ruler a { top: -.35rem; text-decoration: none; font-size: .9rem; line-height: 1.4; }

.sheet { display: grid; grid-template-columns: repeat(auto-fill, minmax(14rem, 1fr)); gap: .9rem; }
figure { margin: 0; }
.shot { break-inside: avoid; scroll-margin-top: 4rem; }
.shot:target .frame { outline: 3px solid var(--accent); outline-offset: 2px; }
.frame { position: relative; overflow: hidden; border-radius: 4px; background: var(--code); }
.frame img, .frame > svg { position: absolute; inset: 0; width: 100%; height: 100%; display: block; }
.box rect { fill: transparent; stroke-width: 2.5; vector-effect: non-scaling-stroke; }
.box .halo { stroke: #000; stroke-opacity: .6; stroke-width: 4.5; }
.box.held .halo { stroke: #fff; stroke-opacity: .85; }
.box.hand .edge { stroke-width: 4; }
.box.hand .halo { stroke-width: 6; }
.box:hover .edge { fill: #fff3; }
.box .strike { fill: none; stroke-width: 1.25; vector-effect: non-scaling-stroke; opacity: .8; }
.shot figcaption { display: flex; flex-wrap: wrap; align-items: center; gap: 0 .6rem; font-size: .82rem; padding-top: .25rem; }
.shot .number { font-weight: 600; font-variant-numeric: tabular-nums; min-width: 1.8em; }
.shot .line { display: inline-flex; flex-wrap: wrap; align-items: center; gap: 0 .35rem; }
.shot em { line-height: 1.2; }
.shot .line .line-sample { margin: 0; }
.shot .name { flex-basis: 100%; overflow-wrap: anywhere; }
.missing { margin: 0; padding: 1rem; color: var(--dim); font-size: .85rem; }

.charts { display: flex; flex-wrap: wrap; gap: 1.25rem 1.5rem; margin: 1.25rem 0; }
.chart { break-inside: avoid; max-width: 100%; }
.chart figcaption { font-size: .9rem; font-weight: 600; margin-bottom: .4rem; }
.chart svg { max-width: 100%; height: auto; display: block; }
.explanations { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 26rem), 1fr)); gap: 1.25rem; }
.explanation { break-inside: avoid; background: var(--card); border: 1px solid var(--rule); border-radius: 8px; overflow: hidden; }
.explanation img { width: 100%; height: auto; display: block; }
.explanation figcaption { padding: .75rem 1rem; font-size: .92rem; overflow-wrap: anywhere; }
.explanation dl { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: .5rem 0 0; }
.facts { display: grid; gap: .6rem; margin: 0; }

@media (max-width: 40rem) {
  .clip { padding-inline: .8rem; margin-inline: -.4rem; }
  .sheet { grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: .7rem; }
  .tiles { grid-template-columns: 1fr 1fr; }
  .tiles b { font-size: 1.4rem; }
  .side { width: 2.4rem; font-size: .72rem; }
  .beside { gap: 1rem; }
  th .line-sample ~ small { display: none; }
  th, td { padding-inline: .45rem; }
}
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
@media print {
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { font-size: 11pt; }
  nav, .skip { display: none; }
  .sheet { grid-template-columns: repeat(4, 1fr); }
  .clip, .tiles div { border-color: #bbb; }
  h2, h3, h4 { break-after: avoid; }
  tr, .ledger, .timeline { break-inside: avoid; }
  details:not(.numbers)::details-content { content-visibility: visible; height: auto; }
}
`;
