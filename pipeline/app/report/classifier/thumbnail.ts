import { type Html, html } from '../markup.ts';
import { pictureAddress } from '../pictures.ts';

/** px of the longer side, twice what is shown. */
const longest = 320;

export async function thumbnail(picture: Uint8Array | null, name: string, caption: Html): Promise<Html> {
  const address = picture && (await pictureAddress(picture, longest, name));
  return html`<figure><div class="frame">${
    address ? html`<img src="${address}" alt="${name}">` : html`<p class="missing">no picture</p>`
  }</div><figcaption>${caption}</figcaption></figure>`;
}
