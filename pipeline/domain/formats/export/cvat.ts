/**
 * CVAT for video 1.1: one XML file a clip, tracks with their cause and review as attributes, so that a person
 * can go on there. https://docs.cvat.ai/docs/manual/advanced/xml_format/
 */
import { baseName } from '../file-name.ts';
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
          source: baseName(clip.file),
        },
      },
      track: [...tracks].map(([track, labels], id) => ({
        '@id': id,
        '@label': labels[0]!.label,
        '@source': labels.every(({ cause }) => cause === 'hand') ? 'manual' : 'auto',
        '@group_id': track,
        box: labels.flatMap((label, i) => [
          boxOf(label, label.frame, false),
          ...(endsAt(label, labels[i + 1], clip.frames) ? [boxOf(label, label.frame + 1, true)] : []),
        ]),
      })),
    },
  });
}

/** CVAT shows a box until the next one: where the next frame has none, one that is `outside` must say so. */
function endsAt(label: LabelRow, next: LabelRow | undefined, frames: number): boolean {
  return next === undefined ? label.frame + 1 < frames : next.frame > label.frame + 1;
}

function boxOf({ box, cause, score, review }: LabelRow, frame: number, outside: boolean): object {
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
