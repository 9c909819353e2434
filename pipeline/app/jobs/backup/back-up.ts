/** Writes a backup: labels, models, cameras and all that can't be computed again. */
import { existsSync, readdirSync } from 'node:fs';
import { copyFile, mkdir, open, readdir, writeFile } from 'node:fs/promises';
import { dirname, extname, join, relative } from 'node:path';
import { ClipArrived } from '../../../../schemas/clip-arrived.ts';
import { ClipFailed } from '../../../../schemas/clip-failed.ts';
import { ClipTracked } from '../../../../schemas/clip-tracked.ts';
import { ActiveModel, activeModelKey } from '../../../../schemas/state.ts';
import type { ArchivedMessage } from '../../../runtime/bus/archive.ts';
import type { Bus } from '../../../runtime/bus/bus.ts';
import { PoisonError, UsageError } from '../../../runtime/errors.ts';
import { replaceFolder } from '../../../runtime/replace.ts';
import type { Meters } from '../meter.ts';
import {
  ACTIVE_FILE,
  BACKED_UP_STORES,
  BACKED_UP_STREAMS,
  type BackupCounts,
  isInside,
  type MessageLine,
  MODEL_KINDS,
  type StreamFile,
  SUMS_FILE,
  sha256Of,
} from './format.ts';

export interface BackUpOptions {
  readonly bus: Bus;
  readonly meters: Meters;
  /** The configuration's table of cameras; '' where there is none. */
  readonly cameras: string;
}

/**
 * Writes a new folder, whole or not at all. A clip that is under way is in it as one that arrived: it is tracked anew.
 * @throws UsageError where there is something in the folder already
 */
export async function backUp(folder: string, options: BackUpOptions): Promise<BackupCounts> {
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new UsageError(`${folder} is not empty`, { expected: 'a folder that is not there yet' });
  }
  return replaceFolder(folder, async (temporary) => {
    const messages = await streamsTo(temporary, options);
    const objects = await storesTo(temporary, options.bus);
    const active: Record<string, ActiveModel> = {};
    for (const kind of MODEL_KINDS) {
      const { value } = await options.bus.state.get(activeModelKey(kind), ActiveModel);
      if (value) active[kind] = value;
    }
    await writeFile(join(temporary, ACTIVE_FILE), `${JSON.stringify(active, null, 2)}\n`);
    if (options.cameras !== '')
      await copyFile(options.cameras, join(temporary, `cameras${extname(options.cameras)}`));
    await writeSums(temporary);
    return { messages, objects };
  });
}

async function streamsTo(folder: string, { bus, meters }: BackUpOptions): Promise<BackupCounts['messages']> {
  const messages = {
    'clips.jsonl': 0,
    'tracks.jsonl': 0,
    'labels.jsonl': 0,
    'images.jsonl': 0,
    'dead.jsonl': 0,
  };
  const whole = await WholeClips.before(bus);
  for (const name of Object.keys(BACKED_UP_STREAMS) as StreamFile[]) {
    const stream = BACKED_UP_STREAMS[name];
    const { messages: total } = await bus.archive.extent(stream);
    const meter = meters.start(`backing up ${stream.toLowerCase()}`);
    const file = await open(join(folder, name), 'w');
    try {
      for await (const message of bus.archive.read(stream)) {
        if (stream === 'CLIPS') whole.note(message);
        if (stream === 'TRACKS' && !whole.hasTrack(message)) continue;
        const line = JSON.stringify(await lineOf(message, stream, folder));
        await file.write(`${line.replace(/[\u2028\u2029]/g, escaped)}\n`);
        messages[name] += 1;
        meter.update(messages[name], total);
      }
    } finally {
      await file.close();
    }
    meter.done(`${messages[name]} messages`);
  }
  return messages;
}

/** They end a line for who reads one. */
function escaped(separator: string): string {
  return `\\u${separator.charCodeAt(0).toString(16)}`;
}

/**
 * Which clips' tracks are taken: all of those that are over, none of those that are under way, which are tracked anew
 * where the backup is brought back. Clips are read before tracks.
 */
class WholeClips {
  /** Place of the last track before the first clip was read. */
  readonly #before: number;
  readonly #arrived = new Set<string>();
  readonly #over = new Set<string>();

  private constructor(before: number) {
    this.#before = before;
  }

  static async before(bus: Bus): Promise<WholeClips> {
    return new WholeClips((await bus.archive.extent('TRACKS')).last);
  }

  /** @param event of CLIPS */
  note({ subject, headers }: ArchivedMessage): void {
    const clip = subject.split('.')[3] ?? '';
    const type = headers['ce-type'];
    if (type === ClipArrived.type) this.#arrived.add(clip);
    if (type === ClipTracked.type || type === ClipFailed.type) this.#over.add(clip);
  }

  hasTrack({ subject, sequence }: { readonly subject: string; readonly sequence: number }): boolean {
    const clip = subject.split('.')[1] ?? '';
    if (this.#over.has(clip)) return true;
    // One that nobody knows: its events have aged, or it arrived after they were read.
    return !this.#arrived.has(clip) && sequence <= this.#before;
  }
}

async function lineOf(
  { subject, headers, payload }: ArchivedMessage,
  stream: string,
  folder: string,
): Promise<MessageLine> {
  if (stream === 'IMAGES') {
    const [, clip = '', index = ''] = subject.split('.');
    const file = `images/${clip}/${index}.jpg`;
    await writeInto(folder, file, payload);
    return { subject, headers, file };
  }
  if (headers['content-type'] === 'application/json') {
    const text = new TextDecoder().decode(payload);
    const body = parsed(text);
    // Brought back, it must be the same to the byte.
    if (JSON.stringify(body) === text) return { subject, headers, body };
  }
  return { subject, headers, base64: Buffer.from(payload).toString('base64') };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function storesTo(folder: string, bus: Bus): Promise<BackupCounts['objects']> {
  const objects = { models: 0, datasets: 0 };
  for (const store of BACKED_UP_STORES) {
    for (const name of await bus.objects.list(store)) {
      const content = await bus.objects.get(store, name);
      if (!content) continue; // removed meanwhile
      await writeInto(folder, `${store}/${name}`, content);
      objects[store] += 1;
    }
  }
  return objects;
}

async function writeInto(folder: string, file: string, content: Uint8Array): Promise<void> {
  if (!isInside(file)) throw new PoisonError('no name for a file of a backup', { found: file });
  const path = join(folder, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

async function writeSums(folder: string): Promise<void> {
  const lines: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    lines.push(`${await sha256Of(path)}  ${relative(folder, path).split('\\').join('/')}\n`);
  }
  await writeFile(
    join(folder, SUMS_FILE),
    lines.sort((a, b) => a.slice(66).localeCompare(b.slice(66))).join(''),
  );
}
