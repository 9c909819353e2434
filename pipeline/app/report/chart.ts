/** Vega-Lite charts as SVG that takes the page's colours: `currentColor` and the style sheet's variables. */
import { logger, parse, View, Warn } from 'vega';
import { type Config, compile, type TopLevelSpec } from 'vega-lite';
import { type Html, html, trusted } from './markup.ts';

const line = { domainColor: 'currentColor', tickColor: 'currentColor', gridColor: 'currentColor' } as const;
const text = { labelColor: 'currentColor', titleColor: 'currentColor' } as const;

const config: Config = {
  font: 'inherit',
  aria: false,
  background: 'transparent',
  view: { stroke: null },
  axis: {
    ...line,
    ...text,
    gridOpacity: 0.13,
    domainOpacity: 0.5,
    tickOpacity: 0.5,
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    titleOpacity: 0.75,
    titlePadding: 8,
    labelPadding: 5,
    tickSize: 4,
  },
  legend: {
    ...text,
    labelFontSize: 12,
    title: null,
    orient: 'top',
    columns: 2,
    columnPadding: 18,
    symbolStrokeWidth: 2.5,
    symbolSize: 260,
    offset: 8,
  },
  line: { strokeWidth: 2 },
  bar: { binSpacing: 1 },
};

/**
 * @param caption is read aloud in place of the drawing as well
 * @throws Error where the specification is none
 */
export async function chart(caption: string, spec: TopLevelSpec): Promise<Html> {
  const compiled = compile({ ...spec, config }).spec;
  const view = new View(parse(compiled), { renderer: 'none', logger: logger(Warn) });
  try {
    const svg = await view.toSVG();
    return html`<figure class="chart"><figcaption>${caption}</figcaption>
      <div role="img" aria-label="${caption}">${trusted(svg)}</div></figure>`;
  } finally {
    view.finalize();
  }
}

/** Of the plot itself, px; axes come on top. Three fit side by side on a desk, one on a phone. */
export const plot = { width: 290, height: 190 } as const;
