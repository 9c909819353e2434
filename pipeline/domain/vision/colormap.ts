/** Colours for numbers: OpenCV's JET, as the papers on CAM show their maps, and two maps that are even to the eye. */
import type { Raster } from './image.ts';

/** By name, for the command line. */
export const colormapNames = ['jet', 'turbo', 'viridis'] as const;
export type ColormapName = (typeof colormapNames)[number];

const levels = 256;

/**
 * Every fifth of the 256 colours, RGB; those between lie on straight lines, to 1 level. Turbo is Google's (Mikhailov
 * 2019), viridis matplotlib's (Smith and van der Walt 2015, CC0).
 */
const knots = {
  turbo:
    '30123b36215f3b2f803f3e9c424bb54559cb4666dd4773eb4680f6458cfd4099ff38a5fb2fb2f427bee91fc9dd1ad4d018ddc21ae4b6' +
    '22ebaa2ff19b3ff68a52fa7a65fd6979fe598bff4b9cfe40a9fb39b7f735c3f134d0ea34dbe236e5d938eecf3af5c53afaba39fdae35' +
    'fea130fe932afc8423f9751df46617ef5811e84b0ce14109d83706ce2d04c32503b71d02a916019b0f018b09027a0403',
  viridis:
    '44015446085c471063481769481d6f482475472a7a46307e453781433d844142873f48893d4e8a3a538b38598c355e8d33638d31688e' +
    '2e6d8e2c718e2a768e297b8e27808e25848e23898e218e8d20928c1f978b1e9c891fa18821a58524aa8328ae802eb37c35b7793dbc74' +
    '46c06f50c46a5ac86465cb5e70cf577cd25089d54895d840a2da37b0dd2fbddf26cae11fd8e219e5e419f1e51dfde725',
} as const;

/** The 256 colours, RGB: `[256, 3]`, 0..255. Equal to OpenCV's `COLORMAP_…` to 1 level. */
export function colormap(name: ColormapName): Uint8Array {
  return name === 'jet' ? jet() : between(Buffer.from(knots[name], 'hex'));
}

/**
 * A picture of numbers.
 *
 * @param values `[height, width]`; 0 has the first colour, 1 the last
 */
export function colourise(values: Float32Array, width: number, height: number, name: ColormapName): Raster {
  const colours = colormap(name);
  const data = new Uint8Array(width * height * 3);
  // Plain loops here and in the maps: callbacks and views a pixel take ten times as long.
  for (let i = 0, to = 0; i < values.length; i++) {
    // Rounded by hand: no value is below 0.
    let from = 3 * Math.trunc(Math.max(0, Math.min(1, values[i]!)) * (levels - 1) + 0.5);
    data[to++] = colours[from++]!;
    data[to++] = colours[from++]!;
    data[to++] = colours[from]!;
  }
  return { data, width, height };
}

/** Three trapezoids that rise and fall by 4 levels a step (OpenCV `colormap.cpp`, `Jet`). */
function jet(): Uint8Array {
  const colours = new Uint8ClampedArray(levels * 3);
  for (let i = 0; i < levels; i++) {
    const red = Math.min(4 * i - 382, 1148 - 4 * i);
    const green = Math.min(4 * i - 128, 892 - 4 * i);
    const blue = Math.min(4 * i + 128, 638 - 4 * i);
    colours.set([red, green, blue], i * 3);
  }
  return new Uint8Array(colours.buffer);
}

function between(at: Uint8Array): Uint8Array {
  const step = (levels - 1) / (at.length / 3 - 1);
  return Uint8Array.from({ length: levels * 3 }, (_, i) => {
    const position = Math.trunc(i / 3) / step;
    const knot = Math.min(Math.trunc(position), at.length / 3 - 2);
    const before = at[knot * 3 + (i % 3)]!;
    const after = at[(knot + 1) * 3 + (i % 3)]!;
    return Math.round(before + (after - before) * (position - knot));
  });
}
