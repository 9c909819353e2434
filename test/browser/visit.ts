/** Opens a page as a person would, and hears whatever it asks for or complains of. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

/** @param use is given the page, and a list that grows with what the browser has to say */
export async function visit(
  browser: Browser,
  address: string,
  options: BrowserContextOptions,
  use: (page: Page, noise: readonly string[]) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  try {
    const page = await context.newPage();
    const noise: string[] = [];
    page.on('console', (message) => noise.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => noise.push(`error: ${error.message}`));
    page.on('dialog', (dialog) => noise.push(`dialog: ${dialog.message()}`));
    page.on('request', (request) => {
      if (request.url() !== address && !request.url().startsWith('data:')) noise.push(request.url());
    });
    await page.goto(address);
    await use(page, noise);
  } finally {
    await context.close();
  }
}
