/** A detector without a network: fetches each look's frame by reference and answers at once. Started by bus-looks.ts. */
import Type from 'typebox';
import { outgoing } from '../../pipeline/runtime/bus/envelope.ts';
import { PoisonError } from '../../pipeline/runtime/errors.ts';
import { createLog } from '../../pipeline/runtime/log/log.ts';
import { runStage } from '../../pipeline/runtime/stage/run.ts';
import { handler, stage } from '../../pipeline/runtime/stage/stage.ts';
import { Boxes } from '../../schemas/boxes.ts';
import { Frame } from '../../schemas/frame.ts';
import { Look } from '../../schemas/look.ts';

const take = { type: Look, ackWaitS: 30, attempts: 5 };

const emptyDetector = stage({
  name: 'detector',
  summary: 'Answers looks without looking',
  guarantee: 'Every look is answered.',
  options: Type.Object({ batch: Type.Integer() }),
  takes: [take],
  gives: [Boxes],
  reads: [Frame],
  keeps: {},
  async start({ bus, options }) {
    return {
      handlers: [
        handler({
          take,
          size: options.batch,
          batch: (looks) =>
            Promise.all(
              looks.map(async (look) => {
                const { clip, index, regions, frame } = look.body;
                if (!(await bus.last(Frame, frame))) return new PoisonError(`${frame} is not on the bus`);
                const body = { clip, index, regions, found: regions.map(() => []), model: null };
                const options = { id: `box:${look.id}`, parent: look.traceparent };
                return [outgoing(Boxes, { clip, index }, body, options)];
              }),
            ),
        }),
      ],
    };
  },
});

const [url = '', batch = '1'] = process.argv.slice(2);
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
process.once('disconnect', () => stop.abort());
await runStage({
  stage: emptyDetector,
  options: { batch: Number(batch) },
  bus: { url },
  log: createLog('detector', 'warn'),
  statsS: 3600,
  signal: stop.signal,
});
process.exit();
