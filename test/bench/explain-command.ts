/** What `shika explain` costs a picture, all its processes together, apart from what starting them costs. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackendName } from '../../pipeline/domain/models/backend/backend.ts';
import { encodeJpeg } from '../../pipeline/domain/vision/image.ts';
import { decodeClip } from '../../pipeline/domain/vision/video-decode.ts';
import { shika } from '../processes/shika.ts';
import { cpuSecondsOfEnded } from './bench-cpu.ts';
import type { BenchInput } from './bench-input.ts';
import type { Row, Table } from './table.ts';

/** Pictures of the short and of the long run; the difference is what pictures cost. */
const counts = [2, 32] as const;

/** Grad-CAM with figure, overlay and JSON. @param folder for pictures and results */
export async function measureExplain(
  folder: string,
  { clip, model }: BenchInput,
  backend: BackendName,
  times: number,
): Promise<Table> {
  const pictures = join(folder, 'explain');
  for (const count of counts) await writePictures(clip.path, join(pictures, `${count}`), count);
  const seconds = async (count: number) => {
    const from = join(pictures, `${count}`);
    const before = cpuSecondsOfEnded();
    const { code, stderr } = await shika(
      ['explain', from, '--model', model, '--no-measure', '--to', join(folder, 'explained')],
      { SHIKA_EXPLAINER_BACKEND: backend },
    );
    if (code !== 0) throw new Error(`shika explain ended with code ${code}: ${stderr.slice(-500)}`);
    return cpuSecondsOfEnded() - before;
  };
  // The first leaves the method's sanity check beside the model, which later ones need not make again.
  await seconds(counts[1]);
  const each: number[] = [];
  const startUp: number[] = [];
  for (let i = 0; i < times; i++) {
    const [few, many] = [await seconds(counts[0]), await seconds(counts[1])];
    const picture = (many - few) / (counts[1] - counts[0]);
    each.push(1000 * picture);
    startUp.push(few - counts[0] * picture);
  }
  const rows: Row[] = [
    { name: 'a picture', unit: 'processor ms', values: each, note: 'figure, overlay and JSON' },
    { name: 'start-up', unit: 'processor s', values: startUp },
  ];
  return { title: `shika explain on ${backend}, all its processes`, rows };
}

/** The clip's first frames, as stills. */
async function writePictures(clip: string, folder: string, count: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  let written = 0;
  for await (const frame of decodeClip(clip)) {
    const name = `${written}`.padStart(3, '0');
    await writeFile(join(folder, `${name}.jpg`), await encodeJpeg(await frame.raster(), 90));
    written += 1;
    if (written === count) return;
  }
}
