/** Regions of a Label Studio annotation: rectangles turned about their top left corner, outlines, tracks of a video. */
import type { Box, Size } from '../../vision/box.ts';
import { allNumbers, fields, items, numberIn, shown, textIn } from '../json.ts';
import { between, type Keyframe } from './keyframes.ts';
import { aroundEllipse, boxAround, isPoint, turned } from './shapes.ts';
import type { ClipBoxEntry, FoundBox } from './source.ts';

type Fields = ReturnType<typeof fields>;

/** A region that says something: a box, a track, a choice, or what is wrong. */
export interface Region {
  readonly box?: FoundBox;
  readonly sequence?: readonly SetFrame[];
  readonly label?: string | undefined;
  readonly choices?: readonly string[];
  readonly problem?: string;
  /** Of the picture, px. */
  readonly size?: Size;
}

/** A frame on which a person set the box. */
interface SetFrame extends Keyframe {
  /** Whether it goes on from there. */
  readonly goesOn: boolean;
}

/** Regions of one id are one: a shape and, apart from it, its label. */
export function regionsOf(result: readonly unknown[]): Region[] {
  const parts = result.map(fields);
  const byId = Map.groupBy(parts, ({ id, type }, i) =>
    type === 'choices' ? `choices ${i}` : (textIn(id) ?? `none ${i}`),
  );
  return [...byId.values()].flatMap((same) => {
    const labels = [...new Set(same.flatMap(({ value }) => labelsOf(fields(value))))];
    if (labels.length > 1) return [{ problem: `a region of several labels: ${labels.join(', ')}` }];
    const shape = same.find(({ value }) => isShape(fields(value))) ?? same[0]!; // no group is empty
    return regionOf(shape, labels[0]);
  });
}

const shapeKeys = ['x', 'points', 'sequence', 'rle', 'vertices'];

function isShape(value: Fields): boolean {
  return shapeKeys.some((key) => key in value);
}

/** `rectanglelabels`, `polygonlabels`, `labels` …: the first is the box's. */
function labelsOf(value: Fields): string[] {
  return Object.entries(value).flatMap(([key, list]) =>
    key.endsWith('labels') ? items(list).flatMap((label) => textIn(label) ?? []) : [],
  );
}

function regionOf(region: Fields, label: string | undefined): Region[] {
  const value = fields(region.value);
  if (Array.isArray(value.choices))
    return [{ choices: value.choices.flatMap((choice) => textIn(choice) ?? []) }];
  if (!isShape(value)) {
    // A text, a rating: nothing of a place. A label's shape is missing.
    return label === undefined ? [] : [{ problem: `${label} without a shape: ${shown(value)}` }];
  }
  const [width, height] = [numberIn(region.original_width), numberIn(region.original_height)];
  const size =
    width !== undefined && height !== undefined && width > 0 && height > 0 ? { width, height } : undefined;
  const said = { ...(size ? { size } : {}) };
  if (Array.isArray(value.sequence)) {
    const sequence = sequenceOf(value.sequence, size);
    if (sequence === undefined) return [{ ...said, problem: `sequence ${shown(value.sequence)}` }];
    return [{ ...said, sequence, label }];
  }
  const box = outline(value, size);
  if (label === undefined) return [{ ...said, problem: `a region without a label: ${shown(value)}` }];
  if (box === undefined || box[2] <= 0 || box[3] <= 0)
    return [{ ...said, problem: `${label}: ${shown(value)}` }];
  const [x, y, w, h] = box;
  return [{ ...said, box: { box: [x / 100, y / 100, w / 100, h / 100], relative: true, label } }];
}

/** In percent. Turning needs the picture's size: its sides are not alike. */
function outline(value: Fields, size: Size | undefined): Box | undefined {
  const [x, y, w, h] = ['x', 'y', 'width', 'height'].map((key) => numberIn(value[key]));
  const rotation = numberIn(value.rotation) ?? 0;
  if (rotation !== 0 && size === undefined) return undefined;
  const { width, height } = size ?? { width: 100, height: 100 };
  const percent = ([left, top, across, down]: Box): Box => [
    (100 * left) / width,
    (100 * top) / height,
    (100 * across) / width,
    (100 * down) / height,
  ];
  if (x !== undefined && y !== undefined) {
    const [left, top] = [(x * width) / 100, (y * height) / 100];
    const [rx, ry] = [numberIn(value.radiusX), numberIn(value.radiusY)];
    if (rx !== undefined && ry !== undefined) {
      return percent(aroundEllipse([left, top], (rx * width) / 100, (ry * height) / 100, rotation));
    }
    if (w === undefined || h === undefined) return undefined;
    return percent(turned([left, top, (w * width) / 100, (h * height) / 100], rotation, [left, top]));
  }
  const points = items(value.points).map((point) => allNumbers(items(point).map(numberIn)));
  return points.length > 2 && points.every(isPoint) ? boxAround(points) : undefined;
}

/** undefined where one is no box, or is turned and the file does not say how large the picture is. */
function sequenceOf(list: readonly unknown[], size: Size | undefined): SetFrame[] | undefined {
  const frames = list.map(fields).map((set): SetFrame | undefined => {
    const frame = numberIn(set.frame);
    const [x = 0, y = 0, w = 0, h = 0] = outline(set, size) ?? [];
    if (frame === undefined || !Number.isInteger(frame) || frame < 1 || w <= 0 || h <= 0) return undefined;
    return {
      frame: frame - 1,
      box: [x / 100, y / 100, w / 100, h / 100],
      rotation: 0,
      goesOn: set.enabled !== false,
    };
  });
  const known = frames.filter((frame) => frame !== undefined);
  return known.length === frames.length ? known.toSorted((a, b) => a.frame - b.frame) : undefined;
}

/** A track's boxes, those between two set ones too; frames count from 1 in the file. Its last one is not drawn on. */
export function trackBoxes({ sequence = [], label }: Region, track: number): ClipBoxEntry[] {
  const known = { track, label, relative: true, cause: 'hand', score: null, review: null } as const;
  return sequence.flatMap((set, i) => {
    const next = sequence[i + 1];
    const gap = set.goesOn && next !== undefined ? between(set, next) : [];
    return [set, ...gap].map(({ frame, box }) => ({ ...known, frame, box }));
  });
}
