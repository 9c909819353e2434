/** The ledger as an equation that a reader can check. */
import { accountedFor, type Ledger } from '../../../schemas/terms.ts';
import { count } from './figures.ts';
import { type Html, html } from './markup.ts';

/** "402 decoded = 400 labelled + 2 without an animal + 0 skipped + 0 dead", and whether it adds up. */
export function ledgerEquation(ledger: Ledger): Html {
  const skipped = Object.entries(ledger.skipped);
  const terms = [
    { frames: ledger.labelled, name: 'labelled' },
    { frames: ledger.empty, name: 'without an animal' },
    ...(skipped.length === 0 ? [{ frames: 0, name: 'skipped' }] : []),
    ...skipped.map(([reason, frames]) => ({ frames, name: `skipped (${reason})` })),
    { frames: ledger.dead, name: 'dead' },
  ];
  const sum = accountedFor(ledger);
  const off = ledger.decoded - sum;
  return html`<p class="ledger">${term('decoded', 'frames decoded', ledger.decoded)}
    <span class="sign">=</span>${terms.map(
      ({ frames, name }, i) =>
        html`${i > 0 && html` <span class="sign">+</span>`} ${term('part', name, frames)}`,
    )}
    ${
      off === 0
        ? html`<strong class="verdict good">✓ adds up</strong>`
        : html`<strong class="verdict bad">✗ ${
            off > 0 ? `${count(off)} not accounted for` : `${count(-off)} counted twice`
          }</strong>`
    }</p>`;
}

function term(kind: string, name: string, frames: number): Html {
  return html`<span class="term ${kind}${frames === 0 && ' zero'}"><b>${count(frames)}</b> <span>${name}</span></span>`;
}

/** All clips' ledgers as one; skipped frames stay parted by reason. */
export function sumOfLedgers(ledgers: readonly Ledger[]): Ledger {
  const skipped: Record<string, number> = {};
  const total = { decoded: 0, labelled: 0, empty: 0, dead: 0 };
  for (const ledger of ledgers) {
    total.decoded += ledger.decoded;
    total.labelled += ledger.labelled;
    total.empty += ledger.empty;
    total.dead += ledger.dead;
    for (const [reason, frames] of Object.entries(ledger.skipped)) {
      skipped[reason] = (skipped[reason] ?? 0) + frames;
    }
  }
  return { ...total, skipped };
}
