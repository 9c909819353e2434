/** What review cost people, and what an audit says of the labels that came of it. */
import type { AuditShare } from '../../../domain/labels/audit.ts';
import type { ReportData } from '../data.ts';
import { counted, duration, short } from '../figures.ts';
import { type Html, html } from '../markup.ts';
import type { Section } from './section.ts';

/** null where no person decided and nothing was audited. */
export function review({ review }: ReportData): Section | null {
  if (!review) return null;
  const { seconds, accepted, secondsPerAccepted, audit } = review;
  const { wrongLabels, missedAnimals, planted } = audit;
  if (seconds === 0 && planted.shown === 0 && !wrongLabels && !missedAnimals) return null;
  return {
    id: 'review',
    heading: 'Review by people',
    body: html`<dl class="facts">
        ${
          seconds > 0 &&
          html`<div><dt>a person’s time</dt><dd>${duration(seconds)}${
            secondsPerAccepted !== null &&
            html`, ${short(secondsPerAccepted)} s for each of ${counted(accepted, 'good label')}`
          }</dd></div>`
        }
        ${estimate('wrong among accepted labels', wrongLabels)}
        ${estimate('frames with a missed animal', missedAnimals)}
        ${
          planted.shown > 0 &&
          html`<div><dt>planted boxes noticed</dt><dd>${planted.noticed} of ${planted.shown}</dd></div>`
        }
      </dl>
      ${
        (wrongLabels || missedAnimals) &&
        html`<p class="dim">From a random sample that nobody chose, with what so few allow for (95 %). A wrong label counts as it was when it was asked for.</p>`
      }`,
  };
}

function estimate(name: string, found: AuditShare | null): Html | false {
  if (!found) return false;
  const { share, low, high, asked } = found;
  const text = (part: number) => `${(part * 100).toFixed(1)} %`;
  return html`<div><dt>${name}</dt><dd>${text(share)} (${text(low)} to ${text(high)}, ${asked} asked)</dd></div>`;
}
