/** Every message of the bus. */
import { Boxes } from './boxes.ts';
import { ClipArrived } from './clip-arrived.ts';
import { ClipDecoded } from './clip-decoded.ts';
import { ClipFailed } from './clip-failed.ts';
import { ClipFiltered } from './clip-filtered.ts';
import { ClipFound } from './clip-found.ts';
import { ClipRestarted } from './clip-restarted.ts';
import { ClipTracked } from './clip-tracked.ts';
import { DatasetJob } from './dataset-job.ts';
import { Dead } from './dead.ts';
import { DiffJob } from './diff-job.ts';
import { ExplainJob } from './explain-job.ts';
import { FollowJob } from './follow-job.ts';
import { Frame } from './frame.ts';
import { Image } from './image.ts';
import { LabelAudited } from './label-audited.ts';
import { LabelDrawn } from './label-drawn.ts';
import { LabelProposed } from './label-proposed.ts';
import { LabelReviewed } from './label-reviewed.ts';
import { Look } from './look.ts';
import type { MessageType } from './message.ts';
import { Progress } from './progress.ts';
import { StillsJob } from './stills-job.ts';
import { Track } from './track.ts';
import { TrainJob } from './train-job.ts';

export const messages: readonly MessageType[] = [
  ClipFound,
  ClipArrived,
  ClipDecoded,
  ClipRestarted,
  ClipTracked,
  ClipFiltered,
  ClipFailed,
  Frame,
  Look,
  Boxes,
  Track,
  Image,
  LabelDrawn,
  LabelProposed,
  LabelReviewed,
  LabelAudited,
  DatasetJob,
  TrainJob,
  ExplainJob,
  DiffJob,
  FollowJob,
  StillsJob,
  Progress,
  Dead,
];
