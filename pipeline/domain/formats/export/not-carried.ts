/** What labels say and a format has no place for: said at every export, in one place. */
import { counted } from '../problem.ts';
import { type ExportInput, labelledClips } from './target.ts';

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

/** In sentences. @throws UsageError where a label belongs to none of the clips */
export function notCarried(
  format: keyof typeof carriage,
  input: Pick<ExportInput, 'labels' | 'clips'>,
): string[] {
  const { lacks, hasEmptyClips }: Carriage = carriage[format];
  const clips = labelledClips(input);
  const inside = clips.reduce((sum, { labels }) => sum + labels.length, 0);
  const bare = clips.filter(({ labels }) => labels.length === 0).length;
  const doubtful = clips.filter(({ labels, isEmpty }) => labels.length === 0 && !isEmpty).length;
  const kept = input.labels.filter(({ review }) => review !== 'rejected').length;
  const rejected = input.labels.length - kept;
  const outside = kept - inside;
  return [
    ...(inside > 0 ? [`${format} has no place for ${lacks.join(', ')}: csv has them`] : []),
    ...(rejected > 0 ? [`rejected, and in csv alone: ${counted(rejected, 'label')}`] : []),
    ...(outside > 0 ? [`outside of their picture, and in csv alone: ${counted(outside, 'label')}`] : []),
    ...(bare > 0 && !hasEmptyClips ? [`without labels, and not in ${format}: ${counted(bare, 'clip')}`] : []),
    ...(doubtful > 0 && hasEmptyClips
      ? [`no label left, and not said to be without an animal: ${counted(doubtful, 'clip')}`]
      : []),
  ];
}
