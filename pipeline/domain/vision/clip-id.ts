/** The name of a clip: what is in its file, whatever the file is called. */
import { createReadStream } from 'node:fs';
import { streamId } from '../../runtime/content-id.ts';

/** First 16 hex digits of the file's SHA-256. @throws what Node throws where the file can't be read */
export function clipIdOf(path: string): Promise<string> {
  return streamId(createReadStream(path, { highWaterMark: 1 << 20 }));
}
