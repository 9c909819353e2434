/** A classifier's report with everything in it that a page can show, and names that try to break it. */
import type { ClassifierReport } from '../../pipeline/app/report/classifier/data.ts';
import { classificationScores } from '../../pipeline/domain/scores/classification.ts';
import { encodeJpeg } from '../../pipeline/domain/vision/image.ts';

export const hostileName = '<img src=x onerror=alert(1)>.jpg';

const classes = ['daisy', 'rose', 'tulip'];

/** 60 held-out pictures, every tenth of them taken for the next class. */
export async function classifierReportExample(): Promise<ClassifierReport> {
  const scored = Array.from({ length: 60 }, (_, i) => {
    const truth = i % 3;
    const sure = 0.5 + (0.49 * ((i * 7) % 60)) / 60;
    const said = i % 10 === 9 ? (truth + 1) % 3 : truth;
    const probabilities = classes.map((_, k) => (k === said ? sure : (1 - sure) / 2));
    return { name: i === 9 ? hostileName : `${classes[truth]}/${i}.jpg`, truth, probabilities };
  });
  const scores = classificationScores(scored, classes);
  const picture = await encodeJpeg(
    { data: new Uint8Array(60 * 40 * 3).fill(150), width: 60, height: 40 },
    80,
  );
  const epochs = (step: string, count: number) =>
    Array.from({ length: count }, (_, i) => ({
      step,
      epoch: i + 1,
      loss: 1 / (i + 1),
      accuracy: 1 - 0.5 / (i + 1),
    }));
  const leftOut = [
    {
      kind: 'conflict' as const,
      name: 'rose/7.jpg',
      message: 'the same picture is in another class: tulip/1.jpg',
    },
    {
      kind: 'unreadable' as const,
      name: hostileName,
      message: 'it is empty; found 0 bytes; expected a picture',
    },
    ...Array.from({ length: 30 }, (_, i) => ({
      kind: 'duplicate' as const,
      name: `daisy/copy-${i}.jpg`,
      message: 'the same picture as daisy/1.jpg',
    })),
  ];
  return {
    title: 'Classifier of daisy, rose and tulip',
    createdAt: '2026-11-23T07:00:00.000Z',
    version: '0.1.0',
    command: 'shika classifier train flowers --eval held-out',
    model: { id: '0123456789abcdef', alpha: 1, side: 224, start: 'mobilenet_v2.h5' },
    training: {
      recipe: 'default',
      backend: 'wasm',
      seconds: 75,
      classes: classes.map((name, i) => ({ name, train: 100 - 30 * i, heldOut: 20 })),
      epochs: [...epochs('last layer', 20), ...epochs('upper blocks', 6)],
      scores,
      leftOut,
    },
    promotion: { promoted: true, why: 'no other model is active' },
    mistakes: scores.mistakes.map((one, i) => ({ ...one, picture: i === 2 ? null : picture })),
    leftOut: leftOut.map((one, i) => ({
      ...one,
      picture: one.kind === 'unreadable' || i > 8 ? null : picture,
    })),
  };
}
