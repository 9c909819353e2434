/** Whose JSON it is. */
import { fields, isObject, items } from '../json.ts';
import type { Place } from './place.ts';

export type JsonKind = 'coco' | 'megadetector' | 'labelme' | 'label-studio';

/** undefined where it is nobody's that we read. */
export function jsonKind(value: unknown): JsonKind | undefined {
  if (Array.isArray(value)) return value.some(isTask) ? 'label-studio' : undefined;
  if (!isObject(value)) return undefined;
  if (Array.isArray(value.images)) {
    const first = fields(value.images.find(isObject));
    const isDetections =
      isObject(value.detection_categories) ||
      'detections' in first ||
      ('file' in first && 'failure' in first);
    if (isDetections) return 'megadetector';
    return 'annotations' in value || 'categories' in value || 'file_name' in first ? 'coco' : undefined;
  }
  if ('shapes' in value && ('imagePath' in value || 'imageData' in value)) return 'labelme';
  return isTask(value) ? 'label-studio' : undefined;
}

/** The folder's JSON files of a kind; a file that is named itself is taken for one. */
export async function jsonFilesOf(place: Place, kind: JsonKind): Promise<string[]> {
  if (!place.isFolder) return [place.path];
  const files: string[] = [];
  for (const file of await place.filesOf('.json')) {
    const value = await place.json(file);
    const found = jsonKind(value);
    if (found === kind) files.push(file);
    else if (found === undefined && value !== undefined) place.passOver(file);
  }
  return files;
}

/** A task of Label Studio, or one of its `JSON_MIN`. */
function isTask(value: unknown): boolean {
  const task = fields(value);
  if (isObject(task.data))
    return ['annotations', 'completions', 'predictions'].some((key) => Array.isArray(task[key]));
  return 'annotation_id' in task && items(Object.values(task).find(Array.isArray)).length >= 0;
}
