/** How to reach the server of a folder, left there for other commands of the same user. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

/** Where and as whom to connect. */
export interface BusAddress {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** The stages that run beside the server. */
  readonly stages: readonly string[];
}

const fileOf = (folder: string) => join(folder, 'address.json');

export function leaveAddress(folder: string, address: BusAddress): void {
  writeFileSync(fileOf(folder), JSON.stringify(address), { mode: 0o600 });
}

export function withdrawAddress(folder: string): void {
  rmSync(fileOf(folder), { force: true });
}

/** What the folder's owner left; undefined where it left nothing. */
export function readAddress(folder: string): BusAddress | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(folder), 'utf8')) as BusAddress; // written by leaveAddress
  } catch {
    return undefined;
  }
}

/** The address of the folder's server; undefined where it is not running. */
export async function addressOf(folder: string): Promise<BusAddress | undefined> {
  const address = readAddress(folder);
  return address && (await answers(address.url)) ? address : undefined;
}

/** Whether something listens there. */
export function answers(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port), timeout: 1_000 });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}
