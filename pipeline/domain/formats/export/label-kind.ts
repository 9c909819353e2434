/** What a label is to tools that know three kinds of things. */

export type LabelKind = 'animal' | 'person' | 'vehicle';

/** By name; whatever is neither a person nor a vehicle is an animal. */
export function labelKind(label: string): LabelKind {
  const name = label.toLowerCase();
  if (['person', 'human', 'people'].includes(name)) return 'person';
  return name === 'vehicle' ? 'vehicle' : 'animal';
}
