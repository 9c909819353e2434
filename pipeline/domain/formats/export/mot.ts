/**
 * MOTChallenge: `<clip>/gt/gt.txt` with `frame,id,left,top,width,height,1,class,visibility`. Frames, ids and
 * positions are 1-based (Milan et al. 2016, "MOT16", section 3.3: the top left pixel of a picture is 1,1).
 */
import { round } from '../../vision/box.ts';
import { labelNames } from '../label-row.ts';
import { type ExportInput, type ExportResult, labelledClips, put } from './target.ts';

/** `<clip>/gt/gt.txt`, `<clip>/gt/labels.txt` and `<clip>/seqinfo.ini` for each clip. */
export async function exportMot(input: ExportInput, folder: string): Promise<ExportResult> {
  const clips = labelledClips(input);
  const names = labelNames(clips.flatMap(({ labels }) => labels));
  const files: string[] = [];
  for (const { stem, labels, fps, frames, width, height } of clips) {
    const rows = labels
      .toSorted((a, b) => a.frame - b.frame)
      .map(({ frame, track, box, label }) => {
        const [x, y, w, h] = round(box);
        return [frame + 1, track, tidy(x + 1), tidy(y + 1), w, h, 1, names.indexOf(label) + 1, 1];
      });
    const facts = {
      name: stem,
      imDir: 'img1',
      frameRate: fps,
      seqLength: frames,
      imWidth: width,
      imHeight: height,
      imExt: '.jpg',
    };
    const ini = Object.entries(facts).map(([key, value]) => `${key}=${value}\n`);
    files.push(
      await put(folder, `${stem}/gt/gt.txt`, rows.map((row) => `${row.join(',')}\n`).join('')),
      await put(folder, `${stem}/gt/labels.txt`, names.map((name) => `${name}\n`).join('')),
      await put(folder, `${stem}/seqinfo.ini`, `[Sequence]\n${ini.join('')}`),
    );
  }
  return { files, warnings: [] };
}

/** Without the digits that adding 1 to a binary fraction brings. */
function tidy(value: number): number {
  return Math.round(value * 100) / 100;
}
