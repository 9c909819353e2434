/**
 * A sika deer as tapered bones in its own space: metres, x forward, y up, z to its left, feet at y = 0.
 * Proportions are those of a young sika (0.85 m at the shoulder).
 */

export type Vector = readonly [x: number, y: number, z: number];

/** Where a bone's surface gets its colour from. */
export type Coat = 'body' | 'neck' | 'head' | 'nose' | 'ear' | 'leg' | 'hoof' | 'tail' | 'antler' | 'eye';

/** A round bone from one joint to the next. */
export interface Bone {
  readonly from: Vector;
  readonly to: Vector;
  /** Radius at either end, m. */
  readonly radius: readonly [from: number, to: number];
  readonly coat: Coat;
}

/** What the animal is doing. */
export interface Pose {
  /** Walking cycles since the start: one cycle is {@link strideLength} of way. */
  readonly cycle: number;
  /** 0 stands, 1 walks. */
  readonly stride: number;
  /** Neck from -1 (head at the ground) over 0 (level) to 1 (alert). */
  readonly neck: number;
  /** Head and neck turned to its left, radians. */
  readonly look: number;
  /** Ears and tail, -1..1. */
  readonly flick: number;
  readonly antlers: boolean;
}

/** Way covered in one cycle of the four legs, m. */
export const strideLength = 0.8;

/** Share of a cycle in which a foot is on the ground. */
const stance = 0.62;
/** How far a standing foot slides back under the body, m: what the body moves meanwhile, so feet don't slip. */
const reach = strideLength * stance;

/** The bones of the animal in a pose, metres in its own space. */
export function bonesOf(pose: Pose): Bone[] {
  const bob = 0.012 * pose.stride * Math.sin(4 * Math.PI * pose.cycle);
  return [...torso(bob), ...headAndNeck(pose, bob), ...tail(pose, bob), ...legs(pose, bob)];
}

function torso(bob: number): Bone[] {
  const y = (height: number) => height + bob;
  return [
    // Rump, waist (tucked up behind the ribs), deep chest; a second row gives the straight back.
    bone([-0.43, y(0.705), 0], [-0.2, y(0.715), 0], 0.15, 0.145, 'body'),
    bone([-0.2, y(0.715), 0], [0.08, y(0.675), 0], 0.145, 0.175, 'body'),
    bone([0.08, y(0.675), 0], [0.3, y(0.665), 0], 0.175, 0.165, 'body'),
    bone([0.3, y(0.69), 0], [0.43, y(0.73), 0], 0.16, 0.13, 'body'),
    bone([-0.46, y(0.745), 0], [-0.15, y(0.765), 0], 0.105, 0.095, 'body'),
    bone([-0.15, y(0.765), 0], [0.34, y(0.775), 0], 0.095, 0.1, 'body'),
  ];
}

function headAndNeck({ neck, look, flick, antlers }: Pose, bob: number): Bone[] {
  const pitch = neck >= 0 ? 0.3 + 0.65 * neck : 0.3 + 1.35 * neck;
  const root: Vector = [0.4, 0.75 + 0.045 * Math.min(0, neck) + bob, 0];
  const turn = (forward: number, up: number, side: number, share: number): Vector => {
    const angle = look * share;
    return [
      forward * Math.cos(angle) - side * -Math.sin(angle),
      up,
      -forward * Math.sin(angle) * -1 + side * Math.cos(angle),
    ];
  };
  const throat = add(root, turn(0.26 * Math.cos(pitch), 0.26 * Math.sin(pitch), 0, 0.4));
  const poll = add(throat, turn(0.24 * Math.cos(pitch), 0.24 * Math.sin(pitch), 0, 0.9));
  // The head hangs at a steady angle to the ground, more so when grazing.
  const tilt = -0.5 + 0.45 * Math.min(0, neck) - 0.15 * neck;
  const along = (way: number, up: number, side = 0) =>
    add(
      poll,
      turn(way * Math.cos(tilt) - up * Math.sin(tilt), way * Math.sin(tilt) + up * Math.cos(tilt), side, 1),
    );
  const ears = [1, -1].map((side) =>
    bone(
      along(-0.02, 0.05, 0.055 * side),
      along(-0.07 - 0.03 * flick * side, 0.13, 0.15 * side),
      0.04,
      0.016,
      'ear',
    ),
  );
  const eyes = [1, -1].map((side) =>
    bone(along(0.07, 0.03, 0.06 * side), along(0.075, 0.03, 0.061 * side), 0.014, 0.014, 'eye'),
  );
  return [
    bone(root, throat, 0.14, 0.088, 'neck'),
    bone(throat, poll, 0.088, 0.068, 'neck'),
    bone(along(-0.02, 0), along(0.1, -0.005), 0.078, 0.068, 'head'),
    bone(along(0.1, -0.005), along(0.23, -0.025), 0.06, 0.038, 'head'),
    bone(along(0.235, -0.02), along(0.25, -0.022), 0.034, 0.03, 'nose'),
    ...ears,
    ...eyes,
    ...(antlers ? [1, -1].flatMap((side) => antler(along, side)) : []),
  ];
}

function antler(along: (way: number, up: number, side: number) => Vector, side: number): Bone[] {
  const [base, fork, crown, tine, top] = [
    along(0, 0.06, 0.04 * side),
    along(-0.06, 0.19, 0.09 * side),
    along(-0.1, 0.33, 0.14 * side),
    along(0.05, 0.24, 0.1 * side),
    along(-0.02, 0.41, 0.11 * side),
  ];
  return [
    bone(base, fork, 0.016, 0.013, 'antler'),
    bone(fork, crown, 0.013, 0.01, 'antler'),
    bone(fork, tine, 0.011, 0.006, 'antler'),
    bone(crown, top, 0.01, 0.005, 'antler'),
  ];
}

function tail({ flick }: Pose, bob: number): Bone[] {
  return [
    bone(
      [-0.57, 0.77 + bob, 0],
      [-0.64 - 0.03 * flick, 0.64 + 0.04 * flick, 0.03 * flick],
      0.03,
      0.024,
      'tail',
    ),
  ];
}

function legs(pose: Pose, bob: number): Bone[] {
  return [
    // A lateral walk: hind left, fore left, hind right, fore right, a quarter of the cycle apart.
    ...hindLeg(pose, bob, 0, 1),
    ...foreLeg(pose, bob, 0.25, 1),
    ...hindLeg(pose, bob, 0.5, -1),
    ...foreLeg(pose, bob, 0.75, -1),
  ];
}

function foreLeg(pose: Pose, bob: number, offset: number, side: number): Bone[] {
  const step = footStep(pose, offset, 0.05 * side);
  const shoulder: Vector = [0.32, 0.68 + bob, 0.09 * side];
  const elbow: Vector = [0.28 + 0.2 * step.x, 0.5 + bob, 0.08 * side];
  const fetlock: Vector = [0.29 + step.x, 0.05 + step.lift, 0.065 * side];
  const knee = joint(elbow, fetlock, 0.22, 0.25, 1);
  return [
    bone(shoulder, elbow, 0.11, 0.062, 'body'),
    bone(elbow, knee, 0.055, 0.03, 'leg'),
    bone(knee, fetlock, 0.028, 0.021, 'leg'),
    bone(fetlock, [fetlock[0] + 0.025, fetlock[1] - 0.04, fetlock[2]], 0.023, 0.024, 'hoof'),
  ];
}

function hindLeg(pose: Pose, bob: number, offset: number, side: number): Bone[] {
  const step = footStep(pose, offset, -0.05 * side);
  const hip: Vector = [-0.4, 0.72 + bob, 0.08 * side];
  const stifle: Vector = [-0.32 + 0.25 * step.x, 0.5 + bob, 0.1 * side];
  const fetlock: Vector = [-0.42 + step.x, 0.05 + step.lift, 0.07 * side];
  const hock = joint(stifle, fetlock, 0.25, 0.29, -1);
  return [
    bone(hip, stifle, 0.15, 0.085, 'body'),
    bone(stifle, hock, 0.075, 0.034, 'leg'),
    bone(hock, fetlock, 0.032, 0.022, 'leg'),
    bone(fetlock, [fetlock[0] + 0.025, fetlock[1] - 0.04, fetlock[2]], 0.023, 0.024, 'hoof'),
  ];
}

/** Where a foot is, relative to where it stands at rest. */
function footStep({ cycle, stride }: Pose, offset: number, rest: number): { x: number; lift: number } {
  const phase = (((cycle + offset) % 1) + 1) % 1;
  if (phase < stance) {
    return { x: rest * (1 - stride) + stride * reach * (0.5 - phase / stance), lift: 0 };
  }
  const swing = (phase - stance) / (1 - stance);
  const forward = swing * swing * (3 - 2 * swing);
  return {
    x: rest * (1 - stride) + stride * reach * (forward - 0.5),
    lift: 0.1 * stride * Math.sin(Math.PI * swing),
  };
}

/** The joint between two bones of known length (law of cosines), bent forward (1) or backward (-1). */
function joint(from: Vector, to: Vector, upper: number, lower: number, bend: 1 | -1): Vector {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const distance = Math.min(Math.hypot(dx, dy), (upper + lower) * 0.999);
  const along = (upper * upper - lower * lower + distance * distance) / (2 * distance);
  const aside = Math.sqrt(Math.max(0, upper * upper - along * along)) * bend;
  const [ux, uy] = [dx / Math.hypot(dx, dy), dy / Math.hypot(dx, dy)];
  return [from[0] + ux * along - uy * aside, from[1] + uy * along + ux * aside, (from[2] + to[2]) / 2];
}

function bone(from: Vector, to: Vector, start: number, end: number, coat: Coat): Bone {
  return { from, to, radius: [start, end], coat };
}

function add(a: Vector, b: Vector): Vector {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}
