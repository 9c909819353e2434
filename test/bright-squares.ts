/** Pictures that a tiny network learns in a few steps: a bright box on dark ground, in another place in each. */
import type { Box } from '../pipeline/domain/vision/box.ts';
import { encodePng } from '../pipeline/domain/vision/image.ts';
import type { Example } from '../stages/trainer/detector/example.ts';

export function brightSquares(count: number): Example[] {
  return Array.from({ length: count }, (_, i) => {
    const box: Box = [20 + ((i * 25) % 180), 30 + ((i * 47) % 60), 40, 50];
    const raster = picture(240, 160, box);
    return {
      name: `square ${i}`,
      jpeg: () => encodePng(raster),
      boxes: [{ box, label: 'deer', weight: 1 }],
    };
  });
}

function picture(width: number, height: number, [left, top, w, h]: Box) {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += 3) {
      const isInside = x >= left && x < left + w && y >= top && y < top + h;
      data.set(isInside ? [200, 160, 90] : [60, 80, 50], at);
    }
  }
  return { data, width, height };
}
