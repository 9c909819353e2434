/** Texts that other programs saved, whichever way they write letters as bytes. */
import { readFile } from 'node:fs/promises';

/** @throws what `readFile` throws */
export async function readText(path: string): Promise<string> {
  return decodeText(await readFile(path));
}

/**
 * UTF-8, or UTF-16 as spreadsheets save "Unicode text", with a byte order mark or without; what is neither is taken for
 * Windows-1252, in which every byte is a letter. The mark is no part of the text.
 */
export function decodeText(bytes: Uint8Array): string {
  const encoding = utf16(bytes);
  if (encoding !== undefined) return new TextDecoder(encoding).decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** By its byte order mark; without one, Latin letters have a zero as every second byte. */
function utf16([first, second, third, fourth]: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (first !== 0 && second === 0 && third !== 0 && fourth === 0) return 'utf-16le';
  if (first === 0 && second !== 0 && third === 0 && fourth !== 0) return 'utf-16be';
  return undefined;
}
