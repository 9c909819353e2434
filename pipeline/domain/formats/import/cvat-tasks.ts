/**
 * The tasks of a CVAT file: one, or several of a project. A frame of a project is counted on from the tasks before it in
 * its subset (CVAT, `dataset_manager/bindings.py`, `_init_task_frame_offsets`).
 */
import { childAt, children, type Element, numberAt, textAt } from './xml-file.ts';

export interface CvatTask {
  readonly id: string | undefined;
  /** The video's file name; undefined for pictures, and where the file does not say. */
  readonly source: string | undefined;
  readonly name: string | undefined;
  /** The clip's id, where the file is ours. */
  readonly clip: string | undefined;
  /** Every how many frames of the video one was shown. */
  readonly step: number;
  /** Number of the last frame. */
  readonly stop: number | undefined;
  /** What is taken off a frame's number. */
  readonly offset: number;
}

/** In the file's order; one of a file that says nothing of its tasks. */
export function cvatTasks(meta: Element | undefined): readonly [CvatTask, ...CvatTask[]] {
  const clip = textAt(meta, 'shika', 'clip');
  const project = children(childAt(meta, 'project', 'tasks'), 'task');
  const alone = childAt(meta, 'task') ?? childAt(meta, 'job');
  const offsets = new Map<string, number>();
  const tasks = (project.length > 0 ? project : alone ? [alone] : []).map((task): CvatTask => {
    const subset = textAt(task, 'subset') ?? '';
    const step = Number(/step=(\d+)/.exec(textAt(task, 'frame_filter') ?? '')?.[1] ?? 1);
    const offset = project.length > 0 ? (offsets.get(subset) ?? 0) : 0;
    const size = numberAt(task, 'size') ?? 0;
    offsets.set(subset, offset + (numberAt(task, 'start_frame') ?? 0) + step * size);
    return {
      id: textAt(task, 'id'),
      source: textAt(task, 'source') ?? (project.length > 0 ? undefined : textAt(meta, 'source')),
      name: textAt(task, 'name'),
      clip,
      step: Math.max(1, step),
      stop: numberAt(task, 'stop_frame'),
      offset,
    };
  });
  const [first, ...others] = tasks;
  if (first !== undefined) return [first, ...others];
  const source = textAt(meta, 'source');
  return [{ id: undefined, source, name: undefined, clip, step: 1, stop: undefined, offset: 0 }];
}
