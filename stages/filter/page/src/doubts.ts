/** Doubts in words. */
import type { LabelDoubt } from '../../studio/api.ts';
import { t } from './words.ts';

export function inWords(doubt: LabelDoubt): string {
  const two = (value: number) => value.toFixed(2);
  switch (doubt.kind) {
    case 'score':
      return t('doubtScore', two(doubt.score));
    case 'jump':
      return t('doubtJump', doubt.px);
    case 'size':
      return t('doubtSize', two(doubt.times));
    case 'unseen':
      return t('doubtUnseen', doubt.frames);
    case 'alone':
      return t('doubtAlone', doubt.missed);
    case 'ambiguous':
      return t('doubtAmbiguous', doubt.boxes);
    case 'edge':
      return t('doubtEdge');
    case 'directions':
      return t('doubtDirections', two(doubt.iou));
    case 'models':
      return t('doubtModels', two(doubt.iou));
    case 'likeness':
      return t('doubtLikeness', two(doubt.likeness));
    case 'unchanged':
      return t('doubtUnchanged');
    case 'unsteady':
      return t('doubtUnsteady');
    case 'stone':
      return doubt.clips > 0 ? t('doubtStone', doubt.clips) : t('doubtStoneHere');
  }
}
