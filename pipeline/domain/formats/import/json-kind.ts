/** Whose JSON it is. */
import { fields, isObject, items } from '../json.ts';
import type { Place } from './place.ts';

export type JsonKind = 'coco' | 'megadetector' | 'labelme' | 'label-studio';

/** undefined where it is nobody's that we read. */
export function jsonKind(value: unknown): JsonKind | undefined {
  if (Array.isArray(value)) return value.some(isTask) ? 'label-studio' : undefined;
  if (!isObject(value)) return undefined;
  if (Array.isArray(value.images)) {
    const first = fields(value.images[0]);
    const isDetections =
      isObject(value.detection_categories) ||
      'detections' in first ||
      ('file' in first && 'failure' in first);
    if (isDetections) return 'megadetector';
    return 'annotations' in value || 'categories' in value || 'file_name' in first ? 'coco' : undefined;
  }
  if (Array.isArray(value.shapes) && ('imagePath' in value || 'imageData' in value)) return 'labelme';
  return isTask(value) ? 'label-studio' : undefined;
}

/** The folder's JSON files of a kind; a file that is named itself is taken for one. */
export async function jsonFilesOf(place: Place, kind: JsonKind): Promise<string[]> {
  if (!place.isFolder) return [place.path];
  const files: string[] = [];
  for (const file of await place.filesOf('.json'))
    if (jsonKind(await place.json(file)) === kind) files.push(file);
  return files;
}

/** A task of Label Studio, or one of its `JSON_MIN`. */
function isTask(value: unknown): boolean {
  const task = fields(value);
  if (isObject(task.data))
    return ['annotations', 'completions', 'predictions'].some((key) => Array.isArray(task[key]));
  return 'annotation_id' in task && items(Object.values(task).find(Array.isArray)).length >= 0;
}
