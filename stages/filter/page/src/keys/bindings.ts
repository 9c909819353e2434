/** Every key of the page, and what it does: what `?` shows, and what the page listens to. */

/** Where a key holds: everywhere, or in one view. */
export type Scope = 'page' | 'picture' | 'draw' | 'tracks' | 'track' | 'audit' | 'lasso';

/** Chords by action; the first is the one that is shown first. */
export const BINDINGS = {
  page: {
    help: ['?'],
    undo: ['Mod+Z', 'Z'],
    redo: ['Mod+Shift+Z', 'Mod+Y', 'Shift+Z'],
    roomClips: ['Alt+1'],
    roomDraw: ['Alt+2'],
    roomReview: ['Alt+3'],
    roomModels: ['Alt+4'],
    roomEvents: ['Alt+5'],
  },
  picture: {
    fit: ['0'],
    zoomIn: ['+', '='],
    zoomOut: ['-'],
    brighter: ['B'],
    darker: ['Shift+B'],
    contrast: ['K'],
    asTaken: ['Shift+K'],
  },
  draw: {
    next: ['F', 'PageDown'],
    previous: ['D', 'PageUp'],
    nextTen: ['V'],
    previousTen: ['C'],
    nextProposal: ['N'],
    previousProposal: ['Shift+N'],
    accept: ['Enter'],
    nothing: ['E'],
    copy: ['R'],
    points: ['P'],
    class: ['L'],
    nextBox: ['Tab'],
    previousBox: ['Shift+Tab'],
    remove: ['Delete', 'Backspace', 'X'],
    cancel: ['Escape'],
    left: ['ArrowLeft'],
    right: ['ArrowRight'],
    up: ['ArrowUp'],
    down: ['ArrowDown'],
    leftTen: ['Shift+ArrowLeft'],
    rightTen: ['Shift+ArrowRight'],
    upTen: ['Shift+ArrowUp'],
    downTen: ['Shift+ArrowDown'],
    narrower: ['Alt+ArrowLeft'],
    wider: ['Alt+ArrowRight'],
    shorter: ['Alt+ArrowUp'],
    taller: ['Alt+ArrowDown'],
    newBox: ['Insert', 'Shift+Enter'],
  },
  tracks: {
    next: ['ArrowDown', 'F'],
    previous: ['ArrowUp', 'D'],
    open: ['Enter'],
    accept: ['A'],
    reject: ['X'],
    pick: ['Space'],
    lasso: ['O'],
    audit: ['Q'],
    cancel: ['Escape'],
  },
  track: {
    accept: ['A'],
    reject: ['X'],
    acceptOn: ['Shift+A'],
    rejectOn: ['Shift+X'],
    acceptUpTo: ['Alt+A'],
    rejectUpTo: ['Alt+X'],
    acceptTrack: ['Enter'],
    rejectTrack: ['Backspace', 'Delete'],
    acceptClip: ['Mod+Enter'],
    rejectClip: ['Mod+Backspace', 'Mod+Delete'],
    next: ['F', 'ArrowRight'],
    previous: ['D', 'ArrowLeft'],
    nextTen: ['V', 'PageDown'],
    previousTen: ['C', 'PageUp'],
    first: ['Home'],
    last: ['End'],
    nextDoubtful: ['N'],
    previousDoubtful: ['Shift+N'],
    nextTrack: ['ArrowDown'],
    previousTrack: ['ArrowUp'],
    play: ['Space'],
    faster: [']'],
    slower: ['['],
    edit: ['E'],
    follow: ['G'],
    followBack: ['Shift+G'],
    missed: ['M'],
    class: ['L'],
    split: ['S'],
    join: ['J'],
    why: ['W'],
    cancel: ['Escape'],
  },
  audit: { right: ['Y'], wrong: ['N'], later: ['Escape'] },
  lasso: { accept: ['A'], reject: ['X'], cancel: ['Escape'] },
} as const satisfies Record<Scope, Record<string, readonly string[]>>;

export type Action<S extends Scope> = keyof (typeof BINDINGS)[S] & string;

/** The chords of an action. */
export function chords<S extends Scope>(scope: S, action: Action<S>): readonly string[] {
  const own: Readonly<Record<string, readonly string[]>> = BINDINGS[scope];
  return own[action] ?? [];
}

/** The action that a chord stands for in a view. */
export function actionOf<S extends Scope>(scope: S, chord: string): Action<S> | null {
  const own: Readonly<Record<string, readonly string[]>> = BINDINGS[scope];
  const found = Object.entries(own).find(([, keys]) => keys.includes(chord));
  return found ? (found[0] as Action<S>) : null; // it is one of the table's
}
