/** What labels say and a format has no place for: said at every export, in one place. */
import { clip as cutTo } from '../../vision/box.ts';
import { counted } from '../problem.ts';
import type { ExportInput } from './target.ts';

/** What a format leaves behind. */
export interface Carriage {
  /** Of each label. */
  readonly lacks: readonly string[];
  /** Whether a clip without labels is in it, as one without an animal. */
  readonly hasEmptyClips: boolean;
}

const judgement = ['causes', 'scores', 'risks', 'reviews'];

export const carriage = {
  yolo: { lacks: ['tracks', ...judgement, 'times'], hasEmptyClips: false },
  coco: { lacks: ['tracks', ...judgement, 'times'], hasEmptyClips: false },
  'coco-camera-traps': { lacks: ['tracks', ...judgement], hasEmptyClips: true },
  voc: { lacks: ['fractions of a pixel', 'tracks', ...judgement, 'times'], hasEmptyClips: false },
  cvat: { lacks: ['risks', 'times'], hasEmptyClips: true },
  mot: { lacks: [...judgement, 'times'], hasEmptyClips: true },
  megadetector: { lacks: ['risks', 'reviews', 'times'], hasEmptyClips: true },
  'camtrap-dp': { lacks: ['boxes of a track but its surest', 'risks'], hasEmptyClips: true },
} as const satisfies Readonly<Record<string, Carriage>>;

/** In sentences; the labels that the format can take. */
export function notCarried(
  format: keyof typeof carriage,
  { labels, clips }: Pick<ExportInput, 'labels' | 'clips'>,
): { labels: ExportInput['labels']; warnings: string[] } {
  const { lacks, hasEmptyClips }: Carriage = carriage[format];
  const sizes = new Map(clips.map((clip) => [clip.clip, clip]));
  const kept = labels.filter(({ review }) => review !== 'rejected');
  const inside = kept.filter(({ clip, box }) => {
    const size = sizes.get(clip);
    return size === undefined || cutTo(box, size) !== null;
  });
  const labelled = new Set(inside.map(({ clip }) => clip));
  const bare = clips.filter(({ clip }) => !labelled.has(clip)).length;
  const rejected = labels.length - kept.length;
  const outside = kept.length - inside.length;
  const warnings = [
    ...(inside.length > 0 ? [`${format} has no place for ${lacks.join(', ')}: csv has them`] : []),
    ...(rejected > 0 ? [`rejected, and in csv alone: ${counted(rejected, 'label')}`] : []),
    ...(outside > 0 ? [`outside of their picture, and in csv alone: ${counted(outside, 'label')}`] : []),
    ...(bare > 0 && !hasEmptyClips ? [`without labels, and not in ${format}: ${counted(bare, 'clip')}`] : []),
  ];
  return { labels: inside, warnings };
}
