/** Everything that the page says, in English. */
import type { LabelDoubt } from '../../../studio/api.ts';
import { keysEn } from './keys-en.ts';
import { many } from './many.ts';
import { reviewEn } from './review-en.ts';

export const en = {
  units: { h: 'h', min: 'min', s: 's' },
  rooms: { clips: 'Clips', draw: 'Draw', review: 'Review', models: 'Models', events: 'Events' },
  roomsName: 'Rooms',
  skip: 'Skip to the room',
  somebody: 'Somebody',
  loading: 'Loading…',
  loadingPicture: 'The picture is on its way…',
  close: 'Close',
  cancel: 'Cancel',
  save: 'Save',
  tryAgain: 'Try again',
  keysTitle: 'Keys',
  keysHelp: 'Keys (?)',
  scopes: {
    page: 'Everywhere',
    picture: 'Picture',
    draw: 'Draw',
    tracks: 'List of tracks',
    track: 'Track',
    audit: 'Audit',
    lasso: 'Lasso',
  },
  keys: keysEn,
  numberKeys: 'Choose a class',
  spaceDrag: 'Space and drag: move the picture. Wheel or two fingers: zoom.',
  language: 'Language',
  theme: 'Theme',
  themes: { auto: 'As the system', light: 'Light', dark: 'Dark' },
  you: 'You',
  whoTitle: 'Who are you?',
  whoWhy: 'Your name is kept with all you draw and decide. Undo takes back only what is yours.',
  whoName: 'Your name',
  whoGo: 'Begin',
  shutOut: 'The studio does not let this browser in. Open the address that was printed when it was started.',
  offline: 'The studio can’t be reached. What you do is kept here and sent when it is back.',
  busDown: 'The studio has lost the bus. What you do is kept and goes on when it is back.',
  unsent: (n: number) => `${many(n, 'change')} not sent yet`,
  saved: 'All saved',
  undone: 'Taken back',
  redone: 'Done again',
  nothingToUndo: 'There is nothing of yours to take back.',
  nothingToRedo: 'There is nothing to do again.',
  conflict: (who: string, where: string) =>
    `${who} decided otherwise on ${where} meanwhile. What stands is theirs.`,
  conflictMine: 'Decide as I did',
  conflictTheirs: 'Leave it',
  conflictLook: 'Look',
  pictureTools: 'Picture',
  light: 'Light',
  brightness: 'Brightness',
  contrast: 'Contrast',
  frame: 'Frame',
  frameOf: (index: number, total: number | null) =>
    total === null ? `Frame ${index}` : `Frame ${index} of 0–${total - 1}`,
  stripFrame: (index: number) => `Frame ${index}`,
  track: 'Track',
  class: 'Class',
  camera: 'Camera',
  clip: 'Clip',
  score: 'Score',
  risk: 'Risk',
  cause: 'Cause',
  time: 'Time',
  all: 'All',
  causes: {
    hand: 'drawn by hand',
    detected: 'detected',
    followed: 'followed by its looks',
    interpolated: 'between two sure boxes',
    moved: 'moved by the difference',
    held: 'held in place',
  },
  reviews: { pending: 'to decide', accepted: 'accepted', rejected: 'rejected', corrected: 'corrected' },
  doubt: (doubt: LabelDoubt): string => {
    if (doubt.kind === 'score') return `score only ${doubt.score.toFixed(2)}`;
    if (doubt.kind === 'jump') return `jumped ${Math.round(doubt.px)} px`;
    if (doubt.kind === 'size') return `size × ${doubt.times.toFixed(1)}`;
    if (doubt.kind === 'unseen') return `not seen for ${many(doubt.frames, 'frame')}`;
    if (doubt.kind === 'alone') return `seen alone: ${many(doubt.missed, 'frame')} around it without`;
    if (doubt.kind === 'ambiguous') return `${doubt.boxes} boxes could be it`;
    if (doubt.kind === 'edge') return 'touches the edge';
    if (doubt.kind === 'directions') return `forward and backward disagree (IoU ${doubt.iou.toFixed(2)})`;
    if (doubt.kind === 'models')
      return doubt.iou === 0
        ? 'the other model sees nothing here'
        : `models disagree (IoU ${doubt.iou.toFixed(2)})`;
    if (doubt.kind === 'likeness') return `looks like it only ${Math.round(doubt.likeness * 100)} %`;
    if (doubt.kind === 'unchanged') return 'moved where no pixel changed';
    if (doubt.kind === 'unsteady') return 'light or camera changed here';
    return doubt.clips === 0
      ? 'stands still on pixels that never change'
      : `stands still, in ${many(doubt.clips, 'other clip')} too`;
  },
  noDoubt: 'nothing speaks against it',
  clips: {
    title: 'Clips',
    none: 'No clips yet',
    noneWhy: 'Start the studio with a folder of clips, or put clips into a folder that is watched.',
    states: {
      found: 'not labelled',
      arrived: 'waiting',
      tracking: 'being labelled',
      tracked: 'labelled',
      failed: 'failed',
    },
    frames: 'Frames',
    labels: 'Labels',
    state: 'State',
    file: 'Clip',
    recorded: 'Recorded',
    drawn: (n: number) => `${many(n, 'frame')} drawn`,
    open: 'Open',
    draw: 'Draw',
    review: 'Review',
    timeSources: {
      container: 'from the file',
      exif: 'from EXIF',
      name: 'from its name',
      file: 'the file’s own time',
    },
    labelSum: (pending: number, good: number, bad: number) =>
      `${pending} to decide, ${good} good, ${bad} rejected`,
  },
  go: {
    title: 'Go',
    method: 'Train and label all',
    methodWhy: 'Learns from what was drawn, then labels every clip that waits.',
    pre: 'Pre-train',
    preWhy: 'A first detector from what was drawn.',
    annotate: 'Label clips',
    annotateWhy: 'Follows the animals with the active model.',
    main: 'Main training',
    mainWhy: 'Learns from all labels that were accepted.',
    begun: 'Begun. It goes on when this page is closed.',
    jobs: 'Jobs',
    noJobs: 'Nothing is being trained or labelled.',
    kinds: {
      dataset: 'Dataset',
      pre: 'Pre-training',
      main: 'Main training',
      annotate: 'Labelling',
      follow: 'Following',
      classifier: 'Classifier',
      explain: 'Explanation',
      diff: 'What would change',
    },
    states: { waiting: 'waiting', running: 'running', done: 'done', failed: 'failed' },
    timeLeft: (time: string) => `${time} left`,
    curve: 'Loss and AP50 by step',
    loss: 'Loss',
    ap50: 'AP50',
    step: 'Step',
  },
  draw: {
    title: 'Draw',
    proposals: 'Frames worth drawing',
    noProposals: 'No frames are proposed. Choose any frame of any clip.',
    why: {
      first: 'first',
      light: 'other light',
      time: 'other time',
      place: 'other place',
      empty: 'may be empty',
      imported: 'imported',
      doubtful: 'doubtful',
    },
    progress: (drawn: number, worth: number) =>
      drawn >= worth
        ? `${drawn} drawn: enough for a first training`
        : `${drawn} of ${worth}: ${worth - drawn} more are worth it`,
    train: 'Train and label',
    saved: 'Saved',
    saving: 'Saving…',
    notDrawn: 'Not looked at',
    empty: 'Nothing here',
    boxes: (n: number) => many(n, 'box', 'boxes'),
    by: (who: string) => `by ${who}`,
    tool: 'Drawing by',
    drag: 'Drag',
    points: 'Points',
    pointsHint: (n: number) =>
      ['Click the top of the animal', 'now its left end', 'now its lowest point', 'now its right end'][n] ??
      '',
    accept: 'Accept proposed',
    nothing: 'Nothing here',
    copy: 'Copy from before',
    remove: 'Remove box',
    clear: 'Never looked at',
    nothingToCopy: 'No earlier frame of this clip has boxes.',
    added: (label: string, box: string) => `Box added: ${label}, ${box}`,
    removed: 'Box removed',
    moved: (box: string) => `Box: ${box}`,
    selected: (label: string, box: string) => `Selected: ${label}, ${box}`,
    accepted: (n: number) => `${many(n, 'box', 'boxes')} accepted`,
    noClip: 'There is no clip to draw on yet.',
    sizeUnknown: 'The clip’s size is not known yet: it can be drawn on in a moment.',
    box: ([x, y, w, h]: readonly number[]) => `x ${round(x)}, y ${round(y)}, ${round(w)} by ${round(h)}`,
  },
  classes: {
    title: 'Which class?',
    name: 'Name of the class',
    hint: 'Choose by number, or type a new name.',
    first: 'deer',
  },
  ...reviewEn,
  models: {
    title: 'Models',
    none: 'No model yet',
    noneWhy: 'Draw some frames, then train.',
    detectors: 'Detectors',
    classifiers: 'Classifiers',
    active: 'active',
    activate: 'Use this one',
    activated: 'It is used from now on.',
    trained: 'Trained',
    pictures: (n: number) => many(n, 'picture'),
    drawnScores: 'On held-out drawn pictures',
    scores: 'On held-out pictures',
    chance: (low: string, high: string, n: number) =>
      `${many(n, 'picture')} can only say: between ${low} and ${high}`,
    startedFrom: (ap50: string) => `before training ${ap50}`,
    noScores: 'not measured',
    ap50: 'AP50',
    ap50_95: 'AP50:95',
    meanIoU: 'mean IoU',
    recall: 'recall',
    mistakes: 'Worst mistakes',
    noMistakes: 'none on the held-out pictures',
    kinds: { missed: 'missed', invented: 'invented', misplaced: 'misplaced' },
    diff: 'What would change',
    diffLooking: 'A detector looks at frames with this model…',
    diffLooked: (looked: number, frames: number) =>
      `${many(looked, 'frame')} of ${frames} were looked at, spread over all labelled clips.`,
    diffMissing: (n: number) => `${many(n, 'frame')} could not be had.`,
    diffNone: 'It would change no label that stands.',
    changes: { moved: 'moved', gone: 'gone', new: 'new' },
    diffMore: (n: number) => `and ${n} more`,
    classes: 'Classes',
  },
  events: {
    title: 'Events',
    none: 'No events yet',
    noneWhy: 'Stays of animals follow from labels and from the times of the clips.',
    species: 'Species',
    first: 'From',
    length: 'Length',
    count: 'At once',
    chart: 'Stays by hour of the day',
    hour: (hour: number, n: number) => `${hour}:00: ${many(n, 'stay')}`,
    total: (n: number) => many(n, 'stay'),
  },
};

function round(value: number | undefined): string {
  return String(Math.round(value ?? 0));
}

export type Words = typeof en;
