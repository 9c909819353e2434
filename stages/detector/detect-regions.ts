/** Detects in regions of frames: cut, letterbox, detect, and back to the frame's pixels. */
import type { Detector } from '../../pipeline/domain/models/detector/detector.ts';
import { type Box, clip, round, type Size } from '../../pipeline/domain/vision/box.ts';
import { type Letterboxed, letterbox, withImage } from '../../pipeline/domain/vision/image.ts';
import type { Found } from '../../schemas/boxes.ts';

/** A look with its frame. */
export interface LookRequest {
  /** A JPEG. */
  readonly frame: Uint8Array;
  /** Names the frame in errors. */
  readonly name: string;
  readonly regions: readonly Box[];
}

/** What is reported of a region. */
export interface LookRules {
  /** Least score of a box that is reported, 0..1. */
  readonly minScore: number;
  /** Boxes of a region at most. */
  readonly most: number;
}

/** A frame's regions, ready for the detector. */
export interface CroppedFrame {
  readonly picture: Size;
  /** One a region, in order. */
  readonly crops: readonly Letterboxed[];
}

/** @throws PoisonError where the frame is no picture or a region lies outside it */
export function cropFrame({ frame, name, regions }: LookRequest, side: number): Promise<CroppedFrame> {
  return withImage(frame, name, async (raster) => ({
    picture: { width: raster.width, height: raster.height },
    crops: await Promise.all(regions.map((region) => letterbox(raster, region, side))),
  }));
}

/** What is found in each region of each frame, best first: `[frame][region][box]`. */
export async function detectRegions(
  detector: Detector,
  frames: readonly CroppedFrame[],
  rules: LookRules,
): Promise<Found[][][]> {
  const crops = frames.flatMap((frame) => frame.crops.map((crop) => crop.raster));
  const detections = await detector.detect(crops, rules.minScore);
  let at = 0;
  return frames.map(({ picture, crops }) =>
    crops.map((crop) => {
      const found: Found[] = [];
      for (const { box, score, label } of (detections[at++] ?? []).slice(0, rules.most)) {
        const inside = clip(toSource(box, crop), picture);
        if (inside) found.push({ box: [...round(inside)], score: Math.round(score * 1e4) / 1e4, label });
      }
      return found;
    }),
  );
}

function toSource([x, y, w, h]: Box, { scale, region }: Letterboxed): Box {
  return [x / scale + region[0], y / scale + region[1], w / scale, h / scale];
}
