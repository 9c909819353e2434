/**
 * COCO Camera Traps: COCO with texts for ids, sequences, locations and an `empty` class.
 * https://github.com/agentmorris/MegaDetector/blob/main/megadetector/data_management/README.md
 */
import { round } from '../../vision/box.ts';
import { labelNames, secondsOf } from '../label-row.ts';
import {
  type ExportInput,
  type ExportResult,
  type LabelledClip,
  labelledClips,
  labelledFrames,
  put,
  putPictures,
} from './target.ts';

/** Class 0 is `empty`; a clip without a label is one empty image, its first frame. */
export async function exportCocoCameraTraps(input: ExportInput, folder: string): Promise<ExportResult> {
  const clips = labelledClips(input);
  const names = labelNames(clips.flatMap(({ labels }) => labels)).filter((name) => name !== 'empty');
  const frames = clips.flatMap(framesOf);
  const document = {
    info: { version: '1.0', description: 'Made by Shika' },
    categories: ['empty', ...names].map((name, id) => ({ id, name })),
    images: frames.map(({ clip, frame, name, labels }) => ({
      id: name,
      file_name: `images/${name}.jpg`,
      width: clip.width,
      height: clip.height,
      seq_id: clip.clip,
      seq_num_frames: clip.frames,
      frame_num: frame,
      ...(clip.camera === undefined ? {} : { location: clip.camera }),
      ...(clip.recordedAt === undefined
        ? {}
        : {
            datetime: timeOf(
              clip.recordedAt,
              labels[0] === undefined ? frame / clip.fps : secondsOf(labels[0], clip),
            ),
          }),
    })),
    annotations: frames.flatMap(({ name, labels }) =>
      labels.length === 0
        ? [{ id: `${name}_0`, image_id: name, category_id: 0, sequence_level_annotation: true }]
        : labels.map(({ track, box, label }) => ({
            id: `${name}_${track}`,
            image_id: name,
            category_id: names.indexOf(label) + 1,
            bbox: round(box),
            sequence_level_annotation: false,
          })),
    ),
  };
  const file = await put(folder, 'coco-camera-traps.json', `${JSON.stringify(document, null, 1)}\n`);
  const pictures = await putPictures(frames, input, folder, 'images');
  const missing = input.picture ? frames.length - pictures.length : 0;
  return {
    files: [file, ...pictures],
    warnings:
      missing > 0 ? [`${missing} pictures of clips without labels are nowhere: images/ lacks them`] : [],
  };
}

function framesOf(clip: LabelledClip): ReturnType<typeof labelledFrames> {
  const frames = labelledFrames(clip);
  return frames.length > 0 || !clip.isEmpty
    ? frames
    : [{ clip, frame: 0, name: `${clip.stem}_000000`, labels: [] }];
}

/** `2022-12-31 09:52:50`, UTC. */
function timeOf(recordedAt: string, seconds: number): string {
  const time = new Date(Date.parse(recordedAt) + seconds * 1000);
  return time.toISOString().slice(0, 19).replace('T', ' ');
}
