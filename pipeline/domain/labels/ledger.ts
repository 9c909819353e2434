/** What became of every frame of a clip, also of one that is under way. */
import { ClipFailed } from '../../../schemas/clip-failed.ts';
import { ClipTracked } from '../../../schemas/clip-tracked.ts';
import { subjectOf } from '../../../schemas/message.ts';
import { checkpointKey, TrackerCheckpoint } from '../../../schemas/state.ts';
import { accountedFor, type Damage, type Ledger } from '../../../schemas/terms.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { arrivedClip } from './labels.ts';

export interface ClipLedger {
  readonly clip: string;
  readonly file: string;
  readonly state: 'tracked' | 'failed' | 'under way';
  /** Why it failed. */
  readonly reason?: string;
  /** As far as the clip has come. */
  readonly ledger: Ledger;
  /** What the file announced or held and did not give. */
  readonly damage?: Damage;
  /** Whether every decoded frame is accounted for. */
  readonly addsUp: boolean;
}

const nothing: Ledger = { decoded: 0, labelled: 0, empty: 0, skipped: {}, dead: 0 };

/**
 * @param name the clip's id or file name
 * @throws UsageError where no such clip has arrived
 */
export async function clipLedger(bus: Bus, name: string): Promise<ClipLedger> {
  const { clip, camera, file } = await arrivedClip(bus, name);
  const tracked = await bus.last(ClipTracked, subjectOf(ClipTracked, { camera, clip }));
  const failed = tracked ? null : await bus.last(ClipFailed, subjectOf(ClipFailed, { camera, clip }));
  const checkpoint = await bus.state.get(checkpointKey(clip), TrackerCheckpoint);
  const ledger = tracked?.body.ledger ?? checkpoint.value?.ledger ?? nothing;
  return {
    clip,
    file,
    state: tracked ? 'tracked' : failed ? 'failed' : 'under way',
    ...(failed && { reason: failed.body.reason }),
    ledger,
    ...(tracked?.body.damage && { damage: tracked.body.damage }),
    addsUp: accountedFor(ledger) === ledger.decoded,
  };
}
