/** Draw: the 20 to 30 boxes that everything begins with. */
import { clips, isLoaded, proposals } from '../../api/lists.ts';
import { Empty } from '../../parts/marks.tsx';
import { go, route, routeTo } from '../../route.ts';
import { words } from '../../words/words.ts';
import { DrawFrame } from './draw-frame.tsx';
import { nextToDraw } from './progress.ts';

export function DrawRoom() {
  const [clip, index] = route.value.parts;
  const t = words.value;
  if (!isLoaded.value) return <p class="quiet pad">{t.loading}</p>;
  const known = clip === undefined ? undefined : clips.value.get(clip);
  if (known && index !== undefined) return <DrawFrame clip={known} index={Math.max(0, Number(index) || 0)} />;
  const first = nextToDraw(null) ?? proposals.value[0] ?? firstFrame();
  if (!first) return <Empty title={t.draw.noClip} why={t.clips.noneWhy} />;
  queueMicrotask(() => go(routeTo('draw', first.clip, first.index), true));
  return null;
}

function firstFrame(): { clip: string; index: number } | null {
  const [first] = clips.value.values();
  return first ? { clip: first.clip, index: 0 } : null;
}
