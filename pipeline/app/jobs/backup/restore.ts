/** Brings a backup back, into a bus that holds nothing yet. */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ClipArrived } from '../../../../schemas/clip-arrived.ts';
import { ClipFailed } from '../../../../schemas/clip-failed.ts';
import { type ActiveModel, activeModelKey } from '../../../../schemas/state.ts';
import type { ModelKind } from '../../../../schemas/terms.ts';
import type { ArchivedMessage } from '../../../runtime/bus/archive.ts';
import type { Bus } from '../../../runtime/bus/bus.ts';
import { PoisonError, UsageError } from '../../../runtime/errors.ts';
import type { Meters } from '../meter.ts';
import {
  ACTIVE_FILE,
  BACKED_UP_STORES,
  BACKED_UP_STREAMS,
  type BackupCounts,
  checkedFiles,
  isInside,
  type MessageLine,
  MODEL_KINDS,
  type StreamFile,
} from './format.ts';

/**
 * What refers to something comes behind it: a stage that works already finds a clip's end before it is told that the clip
 * arrived, and does nothing again. That a clip failed counts where it was said behind its arrival.
 */
const ORDER: readonly (readonly [file: StreamFile, wanted: (type: string) => boolean])[] = [
  ['images.jsonl', () => true],
  ['tracks.jsonl', () => true],
  ['labels.jsonl', () => true],
  ['dead.jsonl', () => true],
  ['clips.jsonl', (type) => type !== ClipArrived.type && type !== ClipFailed.type],
  ['clips.jsonl', (type) => type === ClipArrived.type],
  ['clips.jsonl', (type) => type === ClipFailed.type],
];

/** Of these no two say anything of the same. */
const IN_ANY_ORDER: ReadonlySet<StreamFile> = new Set(['images.jsonl', 'tracks.jsonl']);

/**
 * Everything is checked before anything is written.
 * @returns what was brought back, and where its table of cameras is
 * @throws UsageError where the folder is no backup, or the bus holds something; PoisonError naming the file that is
 *   damaged
 */
export async function restore(
  folder: string,
  bus: Bus,
  meters: Meters,
): Promise<BackupCounts & { cameras: string | undefined }> {
  const files = await checkedFiles(folder);
  await refuseUsed(bus);
  const objects = { models: 0, datasets: 0 };
  for (const store of BACKED_UP_STORES) {
    for (const file of files.filter((name) => name.startsWith(`${store}/`))) {
      await bus.objects.put(store, file.slice(store.length + 1), await readFile(join(folder, file)));
      objects[store] += 1;
    }
  }
  const active: Partial<Record<ModelKind, ActiveModel>> = JSON.parse(
    await readFile(join(folder, ACTIVE_FILE), 'utf8'),
  );
  for (const kind of MODEL_KINDS) if (active[kind]) await bus.state.put(activeModelKey(kind), active[kind]);
  const messages = {
    'clips.jsonl': 0,
    'tracks.jsonl': 0,
    'labels.jsonl': 0,
    'images.jsonl': 0,
    'dead.jsonl': 0,
  };
  const meter = meters.start('restoring messages');
  const sending: Promise<void>[] = [];
  for (const [file, wanted] of ORDER) {
    const inFlight = IN_ANY_ORDER.has(file) ? 64 : 1;
    for await (const message of messagesOf(folder, file)) {
      if (!wanted(message.headers['ce-type'] ?? '')) continue;
      sending.push(bus.archive.write(message));
      messages[file] += 1;
      if (sending.length >= inFlight) await Promise.all(sending.splice(0));
    }
    await Promise.all(sending.splice(0));
    meter.print(`${file}: ${messages[file]}`);
  }
  meter.done();
  const cameras = files.find((file) => file.startsWith('cameras.'));
  return { messages, objects, cameras: cameras && join(folder, cameras) };
}

/** @throws UsageError */
async function refuseUsed(bus: Bus): Promise<void> {
  const found: string[] = [];
  for (const stream of Object.values(BACKED_UP_STREAMS)) {
    const { messages } = await bus.archive.extent(stream);
    if (messages > 0) found.push(`${messages} messages in ${stream}`);
  }
  for (const store of BACKED_UP_STORES) {
    const { length } = await bus.objects.list(store);
    if (length > 0) found.push(`${length} ${store}`);
  }
  if (found.length === 0) return;
  throw new UsageError('the bus is not empty', {
    found: found.join(', '),
    expected: 'one that nothing came to yet: another --out, or an empty server',
  });
}

async function* messagesOf(folder: string, file: StreamFile): AsyncGenerator<ArchivedMessage> {
  const lines = createInterface({
    input: createReadStream(join(folder, file)),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  let number = 0;
  for await (const line of lines) {
    number += 1;
    const { subject, headers, ...content } = JSON.parse(line) as MessageLine; // its checksum is right: it is ours
    yield { subject, headers, payload: await payloadOf(folder, content, `${file}, line ${number}`) };
  }
}

async function payloadOf(
  folder: string,
  { body, file, base64 }: Pick<MessageLine, 'body' | 'file' | 'base64'>,
  where: string,
): Promise<Uint8Array> {
  if (base64 !== undefined) return Buffer.from(base64, 'base64');
  if (file === undefined) return new TextEncoder().encode(JSON.stringify(body));
  if (!isInside(file)) throw new PoisonError(`${where}: no file of a backup`, { found: file });
  return readFile(join(folder, file));
}
