/**
 * CVAT for video 1.1: one XML file a clip, tracks with their cause and review as attributes, so that a person
 * can go on there. https://docs.cvat.ai/docs/manual/advanced/xml_format/
 */
import { causes, type LabelRow, labelNames, reviews } from '../label-row.ts';
import { type ExportInput, type ExportResult, type LabelledClip, labelledClips, put } from './target.ts';
import { xml } from './xml.ts';

/** `<clip>.xml` for each clip. */
export async function exportCvat(input: ExportInput, folder: string): Promise<ExportResult> {
  const files: string[] = [];
  for (const clip of labelledClips(input)) files.push(await put(folder, `${clip.stem}.xml`, cvatXml(clip)));
  return { files, warnings: [] };
}

/** The XML of one clip. */
export function cvatXml(clip: LabelledClip): string {
  const tracks = new Map<number, LabelRow[]>();
  for (const label of clip.labels) tracks.set(label.track, [...(tracks.get(label.track) ?? []), label]);
  const looked = clip.looked ?? Array.from({ length: clip.frames }, (_, frame) => frame);
  return xml({
    annotations: {
      version: '1.1',
      meta: {
        task: {
          name: clip.stem,
          size: clip.frames,
          mode: 'interpolation',
          overlap: 0,
          start_frame: 0,
          stop_frame: Math.max(0, clip.frames - 1),
          labels: { label: labelNames(clip.labels).map(labelSpec) },
          original_size: { width: clip.width, height: clip.height },
          source: clip.path,
        },
        // Readers pass over what they do not know. A file's name is not its identity, the id is.
        shika: { clip: clip.clip },
      },
      track: [...tracks.values()].map((labels, id) => ({
        '@id': id,
        '@label': labels[0]!.label,
        '@source': labels.every(({ cause }) => cause === 'hand') ? 'manual' : 'auto',
        box: labels.flatMap((label, i) => [
          boxOf(label, label.frame, false),
          ...endOf(label, labels[i + 1], looked).map((frame) => boxOf(label, frame, true)),
        ]),
      })),
    },
  });
}

/**
 * CVAT interpolates between a box and the next one, and draws the last one on: where the next frame that was looked at
 * has none, one that is `outside` must say so. Frames that nobody looked at say nothing.
 * @param looked in order
 * @returns the frame that ends the run of boxes; none where the run goes on
 */
function endOf(label: LabelRow, next: LabelRow | undefined, looked: readonly number[]): number[] {
  const frame = firstAfter(looked, label.frame);
  return frame === undefined || (next !== undefined && next.frame <= frame) ? [] : [frame];
}

/** The first number of a sorted list above a value, by halving. */
function firstAfter(sorted: readonly number[], value: number): number | undefined {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (sorted[middle]! > value) to = middle;
    else from = middle + 1;
  }
  return sorted[from];
}

function boxOf({ box, cause, score, review, track }: LabelRow, frame: number, outside: boolean): object {
  const [x, y, w, h] = box;
  return {
    '@frame': frame,
    '@outside': Number(outside),
    '@occluded': 0,
    '@keyframe': 1,
    '@xtl': x.toFixed(2),
    '@ytl': y.toFixed(2),
    '@xbr': (x + w).toFixed(2),
    '@ybr': (y + h).toFixed(2),
    '@z_order': 0,
    attribute: [
      { '@name': 'track', '#': String(track) },
      { '@name': 'cause', '#': cause },
      { '@name': 'review', '#': review ?? 'none' },
      { '@name': 'score', '#': score === null ? '-' : score.toFixed(3) },
    ],
  };
}

function labelSpec(name: string): object {
  return {
    name,
    type: 'rectangle',
    attributes: {
      attribute: [
        { name: 'track', mutable: 'False', input_type: 'text', default_value: '-', values: '-' },
        select('cause', causes),
        select('review', ['none', ...reviews]),
        { name: 'score', mutable: 'True', input_type: 'text', default_value: '-', values: '-' },
      ],
    },
  };
}

function select(name: string, values: readonly string[]): object {
  return { name, mutable: 'True', input_type: 'select', default_value: values[0], values: values.join('\n') };
}
