/** An animal cut out of its frame, with its box. */
import { useEffect, useRef } from 'preact/hooks';
import { clips } from '../api/lists.ts';
import type { Box } from '../canvas/box-edit.ts';
import { crop, dropCrops } from '../canvas/pictures.ts';
import type { Size } from '../canvas/viewport.ts';

interface CropProps {
  readonly clip: string;
  readonly index: number;
  readonly box: Box;
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** Of the box; null: it is not drawn. */
  readonly colour: string | null;
  readonly description: string;
}

export function Crop({ clip, index, box, width, height, colour, description }: CropProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [x, y, w, h] = box;
  useEffect(() => {
    let isShown = true;
    const pixels = Math.min(2, devicePixelRatio);
    const size = { width: Math.round(width * pixels), height: Math.round(height * pixels) };
    crop(clip, index, [x, y, w, h], size, sizeOf(clip))
      .then(({ bitmap, around }) => {
        const context = canvas.current?.getContext('2d');
        if (!isShown || !context) return;
        context.clearRect(0, 0, size.width, size.height);
        context.drawImage(bitmap, 0, 0);
        if (colour === null) return;
        const scale = size.width / around[2];
        for (const [style, wide] of [
          ['rgba(0, 0, 0, 0.5)', 3.5],
          [colour, 1.5],
        ] as const) {
          context.strokeStyle = style;
          context.lineWidth = wide * pixels;
          context.strokeRect((x - around[0]) * scale, (y - around[1]) * scale, w * scale, h * scale);
        }
      })
      // A picture that can't be had leaves its place empty; the frame itself says why.
      .catch(() => {});
    return () => {
      isShown = false;
      dropCrops(clip, index);
    };
  }, [clip, index, x, y, w, h, width, height, colour]);
  const pixels = Math.min(2, devicePixelRatio);
  return (
    <canvas
      class="crop"
      ref={canvas}
      width={Math.round(width * pixels)}
      height={Math.round(height * pixels)}
      role="img"
      aria-label={description}
    />
  );
}

function sizeOf(clip: string): Size | null {
  const { width = null, height = null } = clips.peek().get(clip) ?? {};
  return width === null || height === null ? null : { width, height };
}
