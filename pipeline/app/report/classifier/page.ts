/** The report of a classifier's training: what it gets right, what it takes for what, whether its probabilities can be trusted. */
import { renderDocument } from '../document.ts';
import type { Section } from '../sections/section.ts';
import { calibration } from './calibration.ts';
import { classes } from './classes.ts';
import type { ClassifierReport } from './data.ts';
import { leftOut } from './left-out.ts';
import { mistakes } from './mistakes.ts';
import { overview } from './overview.ts';
import { training } from './training.ts';

const style = `
.confusion td { text-align: center; min-width: 3.2rem; }
.confusion td.zero { color: var(--dim); }
.confusion td { background: color-mix(in srgb, var(--bad) calc(var(--share) * 75%), transparent); }
.confusion td.right { background: color-mix(in srgb, var(--accent) calc(var(--share) * 55%), transparent); }
td.reason { white-space: normal; text-align: left; overflow-wrap: anywhere; }
.thumbs { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: .9rem; margin: 1rem 0; }
.thumbs figure { break-inside: avoid; }
.thumbs .frame { aspect-ratio: 1; }
.thumbs .frame img { object-fit: contain; }
.thumbs figcaption { font-size: .85rem; line-height: 1.4; padding-top: .3rem; overflow-wrap: anywhere; }
.thumbs small { display: block; font-size: .78rem; }
`;

export async function renderClassifierPage(data: ClassifierReport): Promise<string> {
  const sections: (Section | null)[] = [
    overview(data),
    classes(data),
    await mistakes(data),
    await calibration(data),
    await leftOut(data),
    await training(data),
  ];
  const { title, createdAt } = data;
  return renderDocument({
    title,
    createdAt,
    style,
    sections: sections.filter((section) => section !== null),
  });
}
