/** Boxes of another tool on clips, put on the bus as proposals: a person accepts them in the studio, or does not. */
import { LabelProposed } from '../../../schemas/label-proposed.ts';
import { importLabels } from '../../domain/formats/import/index.ts';
import type { LabelRow } from '../../domain/formats/label-row.ts';
import { counted, type Problem } from '../../domain/formats/problem.ts';
import type { ProbedClip } from '../../ingest/folders/find-clips.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { outgoing } from '../../runtime/bus/envelope.ts';
import { contentId } from '../../runtime/content-id.ts';

export interface ProposedBoxesSource {
  /** What `import` reads; pictures in it are not taken. */
  readonly path: string;
  readonly clips: readonly ProbedClip[];
}

export interface ReadProposals {
  readonly proposals: readonly LabelProposed[];
  readonly problems: readonly Problem[];
  /** What a person should know and nothing is lost by. */
  readonly notes: readonly string[];
}

/** @throws UsageError where it is no such file */
export async function readProposals({ path, clips }: ProposedBoxesSource): Promise<ReadProposals> {
  const known = clips.map(({ clip, file, path: at, info: { width, height, frames } }) => ({
    ...{ clip, file, path: at, width, height, frames },
  }));
  const { format, labels, stills, problems, notes } = await importLabels('auto', path, known);
  const ours = new Set(clips.map(({ clip }) => clip));
  const rows = labels.filter(({ clip, review }) => ours.has(clip) && review !== 'rejected');
  const frames = Map.groupBy(rows, ({ clip, frame }) => `${clip}#${frame}`);
  return {
    proposals: [...frames.values()].map((own) => proposalOf(own, format)),
    problems,
    notes: [
      ...notes,
      ...(stills.length > 0
        ? [`of pictures, not of clips, and not taken: ${counted(stills.length, 'picture')}`]
        : []),
    ],
  };
}

/** More boxes than a message takes are not drawn on by hand: the surest are kept. */
const MOST_BOXES = 200;

function proposalOf(rows: readonly LabelRow[], format: string): LabelProposed {
  const [{ clip, frame: index }] = rows as readonly [LabelRow]; // a group has at least one
  const boxes = rows.map(({ box: [x, y, w, h], label, score }) => ({
    box: [x, y, w, h] as [number, number, number, number],
    label,
    score,
  }));
  const surest = boxes.toSorted((a, b) => (b.score ?? 1) - (a.score ?? 1)).slice(0, MOST_BOXES);
  return { clip, index, boxes: surest, format };
}

export async function publishProposals(bus: Bus, proposals: readonly LabelProposed[]): Promise<void> {
  for (const body of proposals) {
    const { clip, index } = body;
    const id = `proposed:${clip}:${index}:${contentId(JSON.stringify(body))}`;
    await bus.publish(outgoing(LabelProposed, { clip, index }, body, { id }));
  }
}
