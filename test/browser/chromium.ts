/** Finds a Chromium for the browser tests; the project brings none. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const places = [
  process.env.CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** undefined where there is none on this machine. */
export const chromiumPath = places.find((path) => path !== '' && existsSync(path));

/** What a test passes as `skip` when there is no {@link chromiumPath}. */
export const noChromium =
  'no Chromium here (looked at CHROMIUM and /usr/bin; `apt-get install chromium` brings one)';

/** @throws Error where there is none, or it does not start */
export function startChromium(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error(noChromium);
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
