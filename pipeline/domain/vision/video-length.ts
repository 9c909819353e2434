/**
 * How many bytes a file announces in its first ones. What is shorter was cut off, also where no number of frames is
 * announced: by a card that was pulled, a recorder without power, a copy that broke off.
 */
import { open } from 'node:fs/promises';

/** Enough for the headers before what has a length. */
const HEAD = 64 * 1024;

const ASF_HEADER = '3026b2758e66cf11a6d900aa0062ce6c';
const ASF_FILE_PROPERTIES = 'a1dcab8c47a9cf118ee400c00c205365';
const EBML = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const TS_PACKET = 188;

/** Bytes that are missing at the file's end; 0 where it is whole, or does not announce them. */
export async function missingBytes(path: string): Promise<number> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const head = Buffer.alloc(Math.min(HEAD, size));
    await file.read(head, 0, head.length, 0);
    const announced = riffEnd(head) ?? segmentEnd(head) ?? asfEnd(head) ?? packetsEnd(head, size) ?? size;
    return Math.max(0, announced - size);
  } finally {
    await file.close();
  }
}

/** AVI: `RIFF`, the length of what follows. A recorder that was stopped leaves 0. */
function riffEnd(head: Buffer): number | undefined {
  if (head.length < 12 || head.toString('latin1', 0, 4) !== 'RIFF') return undefined;
  const length = head.readUInt32LE(4);
  return length === 0 || length === 0xffff_ffff ? undefined : 8 + length;
}

/** Matroska, WebM (RFC 8794, RFC 9559 §5.1): the header's element, then the segment, whose length may be unknown. */
function segmentEnd(head: Buffer): number | undefined {
  if (head.length < 5 || head.readUInt32BE(0) !== EBML) return undefined;
  const header = elementLength(head, 4);
  if (!header) return undefined;
  const at = header.from + header.length;
  if (at + 5 > head.length || head.readUInt32BE(at) !== SEGMENT) return undefined;
  const segment = elementLength(head, at + 4);
  return segment && segment.from + segment.length;
}

/** A length of 1 to 8 bytes: as many as there are zero bits in front and one; all other bits set: unknown. */
function elementLength(head: Buffer, at: number): { from: number; length: number } | undefined {
  const bytes = Math.clz32(head[at] ?? 0) - 23;
  if (bytes > 8 || at + bytes > head.length) return undefined;
  let value = BigInt(head[at] ?? 0) & ((1n << BigInt(8 - bytes)) - 1n);
  for (let i = 1; i < bytes; i++) value = (value << 8n) | BigInt(head[at + i] ?? 0);
  const unknown = (1n << BigInt(7 * bytes)) - 1n;
  return value === unknown ? undefined : { from: at + bytes, length: Number(value) };
}

/** WMV, ASF: the length of the file stands in its properties. A broadcast leaves 0. */
function asfEnd(head: Buffer): number | undefined {
  if (head.toString('hex', 0, 16) !== ASF_HEADER) return undefined;
  const at = head.indexOf(Buffer.from(ASF_FILE_PROPERTIES, 'hex'));
  if (at < 0 || at + 48 > head.length) return undefined;
  return Number(head.readBigUInt64LE(at + 40)) || undefined;
}

/** MPEG transport stream: packets of 188 bytes, of which the last one is whole. */
function packetsEnd(head: Buffer, size: number): number | undefined {
  if (head.length < 3 * TS_PACKET || [0, 1, 2].some((i) => head[i * TS_PACKET] !== 0x47)) return undefined;
  return Math.ceil(size / TS_PACKET) * TS_PACKET;
}
