/** Review: labels by risk, a track at a time. */
import { useEffect } from 'preact/hooks';
import { labels, openClip } from '../../api/labels.ts';
import { clips, isLoaded } from '../../api/lists.ts';
import { say } from '../../api/notices.ts';
import { route } from '../../route.ts';
import { words } from '../../words/words.ts';
import { AuditRoom } from './audit.tsx';
import { LassoRoom } from './lasso.tsx';
import { TrackList } from './track-list.tsx';
import { TrackRoom } from './track-room.tsx';

export function ReviewRoom() {
  const [clip, track, index] = route.value.parts;
  const isTrack = clip !== undefined && track !== undefined;
  useEffect(() => {
    if (isTrack) openClip(clip).catch((error: Error) => say(error.message, true));
  }, [clip, isTrack]);
  if (!isLoaded.value) return <p class="quiet pad">{words.value.loading}</p>;
  if (clip === 'lasso') return <LassoRoom />;
  if (clip === 'audit') return <AuditRoom />;
  const view = isTrack ? labels.value.get(clip)?.get(Number(track)) : undefined;
  const clipView = isTrack ? clips.value.get(clip) : undefined;
  if (view && clipView)
    return <TrackRoom view={view} clip={clipView} asked={index === undefined ? null : Number(index)} />;
  if (isTrack && !labels.value.has(clip)) return <p class="quiet pad">{words.value.loading}</p>;
  return <TrackList />;
}
