/**
 * Follows one animal by its looks: a template from one picture is found again in the next. NanoTrack V3 (HonglinChu,
 * SiamTrackers), step by step as in its `nano_tracker.py`. Nothing is remembered between calls: what a caller keeps is
 * the template and the last box, plain values both.
 */
import { reasonOf } from '../../../runtime/errors.ts';
import type { Box } from '../../vision/box.ts';
import type { Raster } from '../../vision/image.ts';
import { findWeightFiles } from '../weights/weights.ts';
import { choose, extentOf } from './choose.ts';
import { type NanoTrackFiles, type NanoTrackNetwork, openNanoTrack, SEARCH, TEMPLATE } from './network.ts';
import { type Colour, meanColour, type Place, subwindow } from './subwindow.ts';

/** How an animal looks. The same picture and box give the same again. */
export interface Template {
  /** `[96, 8, 8]` */
  readonly features: Float32Array;
  /** Mean colour of its picture: what search squares are padded with. */
  readonly padding: Colour;
}

/** Where the animal is now. */
export interface Followed {
  /** Its middle lies in the picture; it may reach beyond. */
  readonly box: Box;
  /** 0..1; falls when the animal is lost. */
  readonly score: number;
}

/** No side of a box becomes smaller, px. */
const LEAST = 10;

export class TemplateFollower {
  readonly #network: NanoTrackNetwork;

  private constructor(network: NanoTrackNetwork) {
    this.#network = network;
  }

  /** @throws PoisonError where the files are not NanoTrack V3's; Error where onnxruntime can't be loaded */
  static async open(files: NanoTrackFiles): Promise<TemplateFollower> {
    return new TemplateFollower(await openNanoTrack(files));
  }

  /** @param box of the animal, px; it may reach beyond the picture */
  async template(picture: Raster, box: Box): Promise<Template> {
    const { place, extent } = squareOf(box);
    const padding = meanColour(picture);
    const square = subwindow(picture, place, Math.round(extent), TEMPLATE.side, padding);
    return { features: await this.#network.features(square, TEMPLATE), padding };
  }

  /** @param last where the animal was, px: it is looked for around it, in a square of twice the template's side */
  async search(template: Template, picture: Raster, last: Box): Promise<Followed> {
    const { place, extent } = squareOf(last);
    const scale = TEMPLATE.side / extent;
    const wide = Math.round(extent * (SEARCH.side / TEMPLATE.side));
    const square = subwindow(picture, place, wide, SEARCH.side, template.padding);
    const answers = await this.#network.find(template.features, await this.#network.features(square, SEARCH));
    const [, , w, h] = last;
    const { offset, size, score, rate } = choose(answers, { width: w * scale, height: h * scale });
    const follow = (now: number, next: number, most: number) =>
      Math.max(LEAST, Math.min(now * (1 - rate) + (next / scale) * rate, most));
    const width = follow(w, size.width, picture.width);
    const height = follow(h, size.height, picture.height);
    const x = Math.max(0, Math.min(place.x + offset.x / scale, picture.width));
    const y = Math.max(0, Math.min(place.y + offset.y / scale, picture.height));
    return { box: [x - (width - 1) / 2, y - (height - 1) / 2, width, height], score };
  }

  async dispose(): Promise<void> {
    await this.#network.dispose();
  }
}

/** A follower, or why there is none: everything goes on without. */
export type FollowerOrNot =
  | { readonly follower: TemplateFollower }
  | { readonly follower: null; readonly why: string };

/** @param files the weights `nanotrack`: backbone and head, from wherever weights are looked for */
export async function openFollower(
  files: readonly string[] | undefined = findWeightFiles('nanotrack'),
): Promise<FollowerOrNot> {
  const [backbone, head] = files ?? [];
  if (!backbone || !head)
    return { follower: null, why: 'no weights nanotrack (`shika weights get nanotrack`)' };
  try {
    return { follower: await TemplateFollower.open({ backbone, head }) };
  } catch (error) {
    return { follower: null, why: reasonOf(error) };
  }
}

/**
 * The square of a template, px of the picture. Its place counts from the middle of the first pixel, as in the original,
 * a box from the picture's edge: half a pixel lies between.
 */
function squareOf([x, y, w, h]: Box): { place: Place; extent: number } {
  return {
    place: { x: x + (w - 1) / 2, y: y + (h - 1) / 2 },
    extent: extentOf({ width: w, height: h }),
  };
}
