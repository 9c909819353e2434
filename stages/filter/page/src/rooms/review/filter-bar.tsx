/** What the list of tracks is narrowed to. */
import type { Cause } from '../../../../studio/api.ts';
import { tracks } from '../../api/lists.ts';
import { words } from '../../words/words.ts';
import { ALL, type Filter } from './filter.ts';
import { filter, listed, reorder } from './order.ts';

const CAUSES: readonly Cause[] = ['hand', 'detected', 'followed', 'interpolated', 'moved', 'held'];

export function FilterBar() {
  const t = words.value;
  const set = (change: Partial<Filter>) => {
    filter.value = { ...filter.value, ...change };
  };
  const { label, camera, cause, riskFrom, scoreTo, from, to, isLeft } = filter.value;
  return (
    <form class="filter row" aria-label={t.review.filter} onSubmit={(event) => event.preventDefault()}>
      <Choice
        name={t.class}
        value={label}
        options={unique(tracks.value.map((track) => track.label))}
        onChoose={(value) => set({ label: value })}
      />
      <Choice
        name={t.camera}
        value={camera}
        options={unique(tracks.value.map((track) => track.camera))}
        onChoose={(value) => set({ camera: value })}
      />
      <Choice
        name={t.cause}
        value={cause}
        options={CAUSES}
        nameOf={(value) => t.causes[value]}
        onChoose={(value) => set({ cause: value })}
      />
      <label>
        {t.review.riskFrom} <output>{riskFrom.toFixed(2)}</output>
        <input
          type="range"
          min="0"
          max="1"
          step="0.05"
          value={riskFrom}
          onInput={(event) => set({ riskFrom: Number(event.currentTarget.value) })}
        />
      </label>
      <label>
        {t.review.scoreTo} <output>{scoreTo.toFixed(2)}</output>
        <input
          type="range"
          min="0"
          max="1"
          step="0.05"
          value={scoreTo}
          onInput={(event) => set({ scoreTo: Number(event.currentTarget.value) })}
        />
      </label>
      <label>
        {t.review.from}
        <input
          type="date"
          value={from ?? ''}
          onInput={(event) => set({ from: event.currentTarget.value || null })}
        />
      </label>
      <label>
        {t.review.to}
        <input
          type="date"
          value={to ?? ''}
          onInput={(event) => set({ to: event.currentTarget.value || null })}
        />
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={isLeft}
          onInput={(event) => set({ isLeft: event.currentTarget.checked })}
        />
        {t.review.only}
      </label>
      <span class="space" />
      <span class="quiet number">{t.review.count(listed.value.length)}</span>
      <button type="button" class="quiet" onClick={reorder}>
        {t.review.reorder}
      </button>
      {filter.value !== ALL && (
        <button
          type="button"
          class="quiet"
          onClick={() => {
            filter.value = ALL;
          }}
        >
          {t.review.clearFilter}
        </button>
      )}
    </form>
  );
}

interface ChoiceProps<T extends string> {
  readonly name: string;
  readonly value: T | null;
  readonly options: readonly T[];
  readonly nameOf?: (value: T) => string;
  readonly onChoose: (value: T | null) => void;
}

function Choice<T extends string>({
  name,
  value,
  options,
  nameOf = (option) => option,
  onChoose,
}: ChoiceProps<T>) {
  return (
    <label>
      {name}
      <select
        value={value ?? ''}
        onChange={(event) => onChoose(options.find((option) => option === event.currentTarget.value) ?? null)}
      >
        <option value="">{words.value.all}</option>
        {options.map((option) => (
          <option key={option} value={option}>
            {nameOf(option)}
          </option>
        ))}
      </select>
    </label>
  );
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}
