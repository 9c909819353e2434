/** A folder as a user leaves it who has drawn boxes by hand: pictures, and YOLO or COCO labels. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brightSquares } from './bright-squares.ts';

/** @returns the folder */
export async function writeHandFolder(folder: string, pictures: number): Promise<string> {
  await mkdir(join(folder, 'images'), { recursive: true });
  const examples = brightSquares(pictures);
  for (const [i, { jpeg }] of examples.entries()) {
    await writeFile(join(folder, 'images', `${i}.png`), await jpeg());
  }
  const coco = {
    images: examples.map((_, id) => ({ id, file_name: `${id}.png`, width: 240, height: 160 })),
    annotations: examples.map(({ boxes }, id) => ({ id, image_id: id, category_id: 1, bbox: boxes[0]?.box })),
    categories: [{ id: 1, name: 'deer' }],
  };
  await writeFile(join(folder, 'coco.json'), JSON.stringify(coco));
  return folder;
}
