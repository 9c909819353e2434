/** How it was trained: curves, and what a person needs to do it again. */
import type { TopLevelSpec } from 'vega-lite';
import { chart, plot } from '../chart.ts';
import { score } from '../figures.ts';
import { type Html, html } from '../markup.ts';
import { type Section, table } from '../sections/section.ts';
import type { ClassifierReport } from './data.ts';

type Epoch = ClassifierReport['training']['epochs'][number];

export async function training(data: ClassifierReport): Promise<Section> {
  const { training, model, command, version, createdAt } = data;
  const { epochs, recipe, backend } = training;
  return {
    id: 'training',
    heading: 'How it was trained',
    body: html`${
      epochs.length > 0 &&
      html`<div class="charts">${[
        await chart('Loss on what it learns from, lower is better', curves(epochs, 'loss')),
        await chart('Share right on what it learns from', curves(epochs, 'accuracy')),
      ]}</div>${numbers(epochs)}`
    }
    <dl class="facts">
      <div><dt>network</dt><dd>MobileNetV2, alpha ${model.alpha}, ${model.side} x ${model.side} px, from ${model.start}</dd></div>
      <div><dt>recipe</dt><dd>${recipe}</dd></div>
      <div><dt>model</dt><dd><code>${model.id}</code></dd></div>
      <div><dt>computed on</dt><dd>${backend}</dd></div>
      <div><dt>made by</dt><dd>Shika ${version}, <time datetime="${createdAt}">${createdAt}</time></dd></div>
    </dl>
    ${command !== null && html`<p class="label">Command</p><pre tabindex="0">${command}</pre>`}`,
  };
}

/** A line for each part of the network that is trained, one after the other. */
function curves(epochs: readonly Epoch[], what: 'loss' | 'accuracy'): TopLevelSpec {
  const steps = [...new Set(epochs.map(({ step }) => step))];
  const colours = ['var(--pre)', 'var(--main)', 'var(--bad)'].slice(0, steps.length);
  return {
    ...plot,
    data: { values: epochs.map((row) => ({ ...row })) },
    encoding: {
      x: {
        field: 'epoch',
        type: 'quantitative',
        title: 'epoch',
        scale: { nice: false, zero: false },
        axis: { grid: false, tickCount: 6, tickMinStep: 1, format: 'd' },
      },
      y: {
        field: what,
        type: 'quantitative',
        title: what === 'loss' ? 'loss' : 'share right',
        scale: { zero: what === 'loss' },
        axis: {
          tickCount: 5,
          domain: false,
          ticks: false,
          ...(what === 'accuracy' ? { format: '.0%' } : {}),
        },
      },
      color: {
        field: 'step',
        type: 'nominal',
        scale: { domain: steps, range: colours },
        legend: { symbolType: 'stroke' },
      },
    },
    layer: [
      { mark: 'line' },
      ...(epochs.length <= 30 ? [{ mark: { type: 'point', filled: true, size: 24 } as const }] : []),
    ],
  };
}

function numbers(epochs: readonly Epoch[]): Html {
  const rows = epochs.map(
    ({ step, epoch, loss, accuracy }) =>
      html`<tr><th scope="row">${step}</th><td>${epoch}</td><td>${score(loss)}</td><td>${(100 * accuracy).toFixed(1)} %</td></tr>`,
  );
  return html`<details class="numbers"><summary>Epochs in numbers</summary>${table('Epochs', ['trained', 'epoch', 'loss', 'right'], rows)}</details>`;
}
