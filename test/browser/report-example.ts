/** A report's input as a run would give it: two clips, one of them failed and with a hostile name. */

import { chooseSamples } from '../../pipeline/app/report/choose-samples.ts';
import type { ClipReport, ModelReport, ReportData } from '../../pipeline/app/report/data.ts';
import type { LabelRow } from '../../pipeline/domain/formats/label-row.ts';
import { detectionScores } from '../../pipeline/domain/scores/detection.ts';
import { labelScores } from '../../pipeline/domain/scores/labels.ts';
import type { PicturedMistake } from '../../pipeline/domain/scores/mistakes.ts';
import type { Box } from '../../pipeline/domain/vision/box.ts';
import { encodeJpeg, encodePng, type Raster } from '../../pipeline/domain/vision/image.ts';
import type { Cause } from '../../schemas/terms.ts';

export const hostileName = '<img src=x onerror=alert(1)>.mp4';

const clip = '0123456789abcdef';
const width = 320;
const height = 180;
const frames = 100;

export async function reportExample(): Promise<ReportData> {
  const good = await goodClip();
  return {
    title: 'North gate & pond',
    createdAt: '2026-11-01T09:00:00.000Z',
    version: '0.1.0',
    command: 'npx shika run clips --hand hand25',
    seconds: { 'pre-train': 12.4, annotate: 9.7, 'main-train': 100 },
    totalSeconds: 126,
    framesPerSecond: 10.3,
    handBoxes: 26,
    clips: [
      good,
      {
        file: hostileName,
        facts: null,
        ledger: null,
        failure: `${hostileName} has no frame that can be decoded`,
        labels: [],
        samples: [],
      },
    ],
    pre: { ...model('aaaaaaaaaaaaaaaa', 10), mistakes: await mistakes() },
    main: model('bbbbbbbbbbbbbbbb', 4),
    promotion: { promoted: true, why: 'AP50 1.000 against 0.950 of the active model' },
    truth: {
      source: 'rendered with the clip',
      labels: labelScores(
        good.labels.map(({ frame, box }) => ({ clip, frame, box, track: 1 })),
        good.labels,
      ),
      pre: null,
      main: scores(4),
    },
    explanations: [
      {
        name: `${hostileName}, frame 3`,
        png: await encodePng(plain(64, 32)),
        verdict: 'The map lies in the box.',
        trusted: true,
        figures: { 'inside the box': 0.7 },
      },
    ],
    problems: [{ file: 'hand25/coco.json', message: 'hand25/coco.json: annotation 3 has no box' }],
  };
}

/** 100 frames: 96 with a label, 1 empty, 2 skipped, 1 dead. */
async function goodClip(): Promise<ClipReport> {
  const labels = Array.from({ length: 96 }, (_, frame) => label(frame));
  const picture = await encodeJpeg(plain(width, height), 80);
  return {
    file: 'deer.mp4',
    facts: { clip, file: 'deer.mp4', width, height, fps: 25, frames },
    ledger: { decoded: frames, labelled: 96, empty: 1, skipped: { 'scene cut': 2 }, dead: 1 },
    failure: null,
    labels,
    samples: chooseSamples(labels, frames, { doubtful: 3, even: 5 }).map((chosen) => ({
      ...chosen,
      picture,
    })),
  };
}

function label(frame: number): LabelRow {
  const cause: Cause = frame === 0 ? 'hand' : frame < 60 ? 'detected' : frame < 70 ? 'moved' : 'held';
  const risk = { hand: 0, detected: 0.1, moved: 0.6, held: 0.8 }[cause];
  return {
    clip,
    file: 'deer.mp4',
    frame,
    track: 1,
    box: boxAt(frame),
    label: 'deer',
    cause,
    score: cause === 'detected' ? 0.8 : null,
    risk,
    review: risk > 0.7 ? 'rejected' : 'accepted',
  };
}

export function boxAt(frame: number): Box {
  return [40 + frame, 60, 80, 90];
}

function model(id: string, noise: number): ModelReport {
  return {
    id,
    network: 'tiny',
    start: 'random',
    trainedOn: { examples: 25, boxes: 26 },
    verifier: { boxes: 74, others: 53 },
    history: [1, 2, 3].map((epoch) => ({
      epoch,
      loss: 4 / epoch,
      ap50: epoch / 4,
      ap50_95: epoch / 6,
      seconds: epoch,
    })),
    scores: scores(noise),
    mistakes: [],
  };
}

/** One of each kind. */
async function mistakes(): Promise<PicturedMistake[]> {
  const picture = await encodeJpeg(plain(width, height), 80);
  const [there, loose, away]: Box[] = [
    [40, 60, 80, 90],
    [60, 80, 90, 90],
    [200, 20, 60, 60],
  ];
  const of = (name: string) => ({ name, picture, size: { width, height }, label: 'deer' });
  const truth = [{ box: there!, label: 'deer' }];
  const found = (box: Box, score: number) => [{ box, label: 'deer', score }];
  return [
    {
      ...of('deer.mp4#3'),
      ...{ wrong: 'missed', box: there!, score: null, overlap: 0, truth, found: [] },
    },
    {
      ...of(hostileName),
      ...{ wrong: 'false', box: away!, score: 0.83, overlap: 0, truth: [], found: found(away!, 0.83) },
    },
    {
      ...of('deer.mp4#9'),
      ...{ wrong: 'loose', box: loose!, score: 0.71, overlap: 0.42, truth, found: found(loose!, 0.71) },
    },
  ];
}

function scores(noise: number) {
  const images = Array.from({ length: 20 }, (_, i) => ({
    truth: [{ box: boxAt(i), label: 'deer' }],
    found: [{ box: boxAt(i + (i % 5) * noise), label: 'deer', score: 1 - i / 40 }],
  }));
  return detectionScores(images);
}

function plain(w: number, h: number): Raster {
  return { data: new Uint8Array(w * h * 3).fill(120), width: w, height: h };
}
